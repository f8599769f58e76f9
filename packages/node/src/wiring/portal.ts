import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConetError } from '@conet/core/errors'
import type { Gateway } from '@conet/gateway'
import { type ClientOf, createPortal, type Leases, watchLeases } from '@conet/gateway/portal'
import type { Api } from '../api/index.js'
import type { Config } from '../config/index.js'
import type { Logger } from '../log/index.js'

/** Names of the portal that the API must take for its own, besides its addresses. */
export function portalNames({ portal }: Config): string[] {
  if (portal === undefined) return []
  return portal.publicUrl === undefined ? portal.hosts : [...portal.hosts, new URL(portal.publicUrl).hostname]
}

/** With a portal, sessions are bound to the device that opened them, and the portal must see which. */
export function withLeases(
  config: Config,
  gateway: Gateway,
): { gateway: Gateway; leases: Leases | undefined; bindAddress: boolean } {
  if (config.portal === undefined) return { gateway, leases: undefined, bindAddress: false }
  return { ...watchLeases(gateway), bindAddress: true }
}

function tlsOf({ dataDir, portal }: Config) {
  const { certFile, keyFile, publicUrl } = portal ?? {}
  if (certFile === undefined && keyFile === undefined) return undefined
  if (certFile === undefined || keyFile === undefined || publicUrl?.startsWith('https://') !== true) {
    const message = 'portal: certFile, keyFile and a publicUrl that begins with https:// go together; give all or none'
    throw new ConetError('CONFIG_INVALID', message, { data: { path: 'portal' } })
  }
  try {
    return { cert: readFileSync(resolve(dataDir, certFile)), key: readFileSync(resolve(dataDir, keyFile)) }
  } catch (cause) {
    const message = 'the certificate or the key of the portal cannot be read; check portal.certFile and portal.keyFile'
    throw new ConetError('CONFIG_UNREADABLE', message, { data: { certFile, keyFile }, cause })
  }
}

/** What a portal needs besides the configuration. */
export interface PortalParts {
  readonly api: Pick<Api, 'handle' | 'upgrade'>
  readonly leases: Leases | undefined
  readonly pageDir: string | undefined
  readonly clientOf: ClientOf | undefined
  readonly log: Logger
}

/**
 * Opens the portal if the configuration names one.
 *
 * @returns its base URL, its port and how to close it; `undefined` without a portal
 * @throws ConetError `LISTEN_FAILED`, `CONFIG_INVALID`, `CONFIG_UNREADABLE`
 */
export async function openPortal(config: Config, { log, leases, clientOf, ...parts }: PortalParts) {
  const { portal: wanted } = config
  if (wanted === undefined || leases === undefined) return undefined
  if (parts.pageDir === undefined) log.warn('the portal’s page was not built: guests see nothing; run npm run build')
  const { host, port, publicUrl, hosts } = wanted
  const portal = createPortal({
    ...parts,
    listen: { host, port },
    publicUrl,
    tls: tlsOf(config),
    hosts,
    leases,
    ...(clientOf && { clientOf }),
  })
  await portal.start()
  return { url: publicUrl ?? portal.url, port: Number(new URL(portal.url).port || 80), stop: () => portal.stop() }
}
