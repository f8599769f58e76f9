import { encodeDidKey, publicKeyFromSeed } from '@conet/core/identity'
import { nodeSha256, nodeVerify } from '@conet/engines'
import type { Gateway } from '@conet/gateway'
import { startExit } from '../chain/index.js'
import type { Config } from '../config/index.js'
import type { Seeds } from '../keys/index.js'

/** Addresses that a listener on every address is reached at from this machine. */
const LOOPBACK = '127.0.0.1'

/** The same gateway, and the authorities of the access points it granted. */
export function rememberAccess(gateway: Gateway): { gateway: Gateway; access: ReadonlySet<string> } {
  const access = new Set<string>()
  const open: Gateway['open'] = async admission => {
    const point = await gateway.open(admission)
    access.add(authority(point.host, point.port))
    return point
  }
  return {
    access,
    gateway: {
      name: gateway.name,
      open,
      start: () => gateway.start(),
      stop: () => gateway.stop(),
      extend: (session, until, quota) => gateway.extend(session, until, quota),
      close: session => gateway.close(session),
      meter: session => gateway.meter(session),
      onEvent: listener => gateway.onEvent(listener),
    },
  }
}

/** What an exit needs besides the configuration. */
export interface ExitParts {
  readonly lid: string
  readonly seeds: Seeds
  readonly now: () => number
  /** DID of the owner, whom vouchers name. */
  readonly provider: string
  /** Base URL that the offers name, and the API's port here. */
  readonly node: string
  readonly apiPort: number
  readonly access: ReadonlySet<string>
}

/**
 * Opens the exit of relayed channels if the configuration names one. Flows inside reach the API and the gateway of this
 * node, nothing else of its network.
 *
 * @throws ConetError `CARRY_PORT`
 */
export async function openExit(config: Config, parts: ExitParts) {
  const { chain, gateway } = config
  if (chain === undefined) return undefined
  const { lid, provider, seeds, now, node, apiPort, access } = parts
  const api = new URL(node).host
  return startExit({
    ...{ lid, provider, now, sha256: nodeSha256, verify: nodeVerify, listen: chain, api: node },
    did: encodeDidKey(publicKeyFromSeed(seeds.current)),
    seed: seeds.current,
    monotonic: () => performance.now(),
    inside: wanted => {
      if (wanted === api) return { host: here(config.api.host), port: apiPort }
      if (!access.has(wanted)) return undefined
      const port = gateway.port === 0 ? Number(wanted.slice(wanted.lastIndexOf(':') + 1)) : gateway.port
      return { host: here(gateway.host), port }
    },
  })
}

function here(host: string): string {
  return host === '0.0.0.0' || host === '::' ? LOOPBACK : host
}

function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
