import { setTimeout as pause } from 'node:timers/promises'
import { KeyBook, NodeApi, nodePorts, walletFromSeed } from '@conet/client'
import { ConetError } from '@conet/core/errors'
import type { AccessTerms } from '@conet/core/services/access'
import type { Config } from '../config/index.js'
import type { Logger } from '../log/index.js'
import type { Owner } from '../owner/index.js'
import { Relay } from '../relay/index.js'

/** An upstream that just started may not have its offer in the list yet. */
const TRIES = 20
const BETWEEN_TRIES_MS = 250

/** What a relay needs of the node. */
export interface RelayPorts {
  readonly lid: string
  readonly owner: Owner
  readonly log: Logger
  readonly downstream: () => readonly AccessTerms[]
}

/**
 * Starts carrying through the node named in `gateway.upstream`; `undefined` if the configuration names none.
 *
 * @throws ConetError `RELAY_LOSS`, `RELAY_ASSET`, `UPSTREAM_NO_OFFER`, and what the upstream node answers
 */
export async function openRelay(config: Config, ports: RelayPorts): Promise<Relay | undefined> {
  const { upstream } = config.gateway
  if (upstream === undefined) return undefined
  const { lid, owner, log, downstream } = ports
  const api = new NodeApi(upstream.node, { ports: nodePorts })
  // The seed stays in the owner's signer; the wallet only asks it to sign.
  const wallet = walletFromSeed(new Uint8Array(32), { ...nodePorts, signer: () => owner.signer })
  const relay = new Relay({
    ...{ lid, wallet, api, keys: new KeyBook(api), downstream, offer: upstream.offer },
    onEvent: event => log.info({ relay: event.type, ...('code' in event && { code: event.code }) }, 'relay'),
  })
  for (let attempt = 1; ; attempt++) {
    try {
      await relay.start()
      return relay
    } catch (error) {
      const again = error instanceof ConetError && error.verdict === 'retry' && attempt < TRIES
      if (!again) throw error
      await pause(BETWEEN_TRIES_MS)
    }
  }
}
