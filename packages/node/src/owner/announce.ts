import { readFileSync } from 'node:fs'
import type { TxResult } from '@conet/core/ledger'
import type { Offer } from '@conet/core/ledger/modules/registry'
import { parseTerms } from '@conet/core/services/access'
import type { UnixMillis } from '@conet/core/units'
import type { Engine } from '@conet/engines'
import type { Config, OfferConfig } from '../config/index.js'
import { replaceFile } from '../keys/index.js'
import type { Logger } from '../log/index.js'
import { type Policy, sharesOffer } from '../policy/index.js'
import type { OfferOnSale } from '../provider/contract.js'
import { networkProfile, offerContent } from './contents.js'
import type { Owner } from './identity.js'
import { accepted, ledgerNow, submitSigned, type TransactionPorts } from './transactions.js'

/** What the announcer works with. */
export interface AnnouncePorts extends TransactionPorts {
  readonly engine: Engine
  readonly owner: Owner
  readonly config: Config
  readonly log: Logger
  readonly policy: () => Policy
  /** Base URL of this node's API, as others reach it. */
  readonly node: string
  /** Relays between here and the uplink; 0 with an own one. */
  readonly hops: () => number
  /** File that remembers which id each offer key has. */
  readonly file: string
}

/** Refusals that are about the moment (clocks, a replica that lags), not about the offer: it stays as it is, and is tried again. */
const PASSING: readonly string[] = ['EXPIRED', 'EXP_TOO_FAR', 'EXPIRY_PAST', 'VERSION_STALE']

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Content of a record, without what the ledger adds. */
function contentOf({
  id: _id,
  version: _version,
  provider: _provider,
  ...content
}: Offer): Omit<Offer, 'id' | 'version' | 'provider'> {
  return content
}

/**
 * Keeps the owner's own entries on the ledger as the configuration and the policy want them: identity, network profile,
 * offers. Doing it twice changes nothing; an offer is renewed when half of its life is over.
 */
export class Announcer {
  readonly #ports: AnnouncePorts
  /** Id on the ledger by offer key. */
  readonly #ids: Map<string, string>
  /** Code of the ledger's refusal by offer key. */
  readonly #refused = new Map<string, string>()
  #queue: Promise<void> = Promise.resolve()

  constructor(ports: AnnouncePorts) {
    this.#ports = ports
    this.#ids = readIds(ports.file)
  }

  /** Makes the DID and the profile known. @throws ConetError with the ledger's code */
  async introduce(): Promise<void> {
    const { owner, engine, config, node } = this.#ports
    const known = engine.query('identity/history', { did: owner.did }) as readonly unknown[]
    if (owner.inception !== undefined && known.length === 0) {
      const { body, signer } = owner.inception
      const result = await submitSigned(this.#ports, signer, 'identity/incept', body)
      if (result.code !== 'DID_EXISTS') accepted(result, 'the identity')
    }
    const profile = networkProfile(config, node)
    const before = engine.query('registry/network', { owner: owner.did }) as Record<string, unknown> | undefined
    if (before !== undefined && Object.entries(profile).every(([name, value]) => same(before[name], value))) return
    const type = before === undefined ? 'registry/registerNetwork' : 'registry/updateNetwork'
    accepted(await submitSigned(this.#ports, owner.signer, type, profile), 'the network profile')
  }

  /**
   * Publishes, updates, renews or withdraws so that the ledger has what is shared now. One run at a time. An offer that the
   * ledger refuses is taken down, for it would be sold on old terms, and keeps nothing else from going on.
   */
  sync(): Promise<void> {
    return this.#exclusive(async () => {
      const { config, policy } = this.#ports
      const wanted = config.offers.filter(offer => sharesOffer(policy(), offer.key))
      for (const offer of wanted) await this.#syncOffer(offer)
      const keys = new Set(wanted.map(offer => offer.key))
      for (const key of this.#refused.keys()) if (!keys.has(key)) this.#refused.delete(key)
      await this.#withdraw([...this.#ids.keys()].filter(key => !keys.has(key) || this.#refused.has(key)))
    })
  }

  /** Takes every offer down, when the node stops. */
  withdrawAll(): Promise<void> {
    return this.#exclusive(() => this.#withdraw([...this.#ids.keys()]))
  }

  /** An own offer as sold now; a read of the local replica. */
  offerOnSale(id: string): OfferOnSale | undefined {
    const offer = this.#onLedger(id)
    if (offer === undefined || offer.provider !== this.#ports.owner.did || offer.expiresAt <= this.#now())
      return undefined
    const terms = parseTerms(offer.terms)
    const key = this.keyOf(id)
    if (!terms.ok) return undefined
    return {
      id,
      version: offer.version,
      terms: terms.value,
      active: key !== undefined && !this.#refused.has(key) && sharesOffer(this.#ports.policy(), key),
    }
  }

  /** The owner's own key of an offer. */
  keyOf(id: string): string | undefined {
    for (const [key, known] of this.#ids) if (known === id) return key
    return undefined
  }

  /** Ids of the offers that are up, by key. */
  get ids(): ReadonlyMap<string, string> {
    return this.#ids
  }

  /** Why the ledger does not take an offer, by its key. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused
  }

  nameOf(id: string): string | null {
    return this.#onLedger(id)?.name ?? null
  }

  #onLedger(id: string): Offer | undefined {
    // The id may come from a stranger; anything but an id is simply unknown.
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined
    return this.#ports.engine.query('registry/offer', { id }) as Offer | undefined
  }

  async #syncOffer(offer: OfferConfig): Promise<void> {
    const { owner, policy, node, hops } = this.#ports
    const id = this.#ids.get(offer.key)
    const current = id === undefined ? undefined : this.#onLedger(id)
    const content = offerContent(offer, policy(), node, hops(), this.#now())
    if (current === undefined) {
      const result = await submitSigned(this.#ports, owner.signer, 'registry/publishOffer', content)
      this.#note(offer.key, result)
      if (result.code === 'OK') this.#remember(offer.key, result.hash.slice(0, 32))
      return
    }
    const unchanged = same({ ...contentOf(current), expiresAt: 0 }, { ...content, expiresAt: 0 })
    if (unchanged && !this.#old(offer, current.expiresAt)) {
      this.#refused.delete(offer.key)
      return
    }
    const body = { id: current.id, version: current.version + 1, ...content }
    this.#note(offer.key, await submitSigned(this.#ports, owner.signer, 'registry/updateOffer', body))
  }

  /** A lasting refusal is logged once, not at each try. */
  #note(key: string, { code, data }: TxResult): void {
    if (code === 'OK') this.#refused.delete(key)
    else if (PASSING.includes(code))
      this.#ports.log.warn({ offer: key, code, data }, 'the ledger did not take this offer; trying again')
    else if (this.#refused.get(key) !== code) {
      this.#refused.set(key, code)
      const message = 'the ledger refused this offer: it is not on sale, the node goes on without it; correct its terms'
      this.#ports.log.error({ offer: key, code, data }, message)
    }
  }

  #now(): UnixMillis {
    return ledgerNow(this.#ports)
  }

  #old(offer: OfferConfig, expiresAt: UnixMillis): boolean {
    return expiresAt - this.#now() < offer.lifetimeMinutes * 30_000
  }

  async #withdraw(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const id = this.#ids.get(key) ?? ''
      if (this.#onLedger(id) !== undefined) {
        const result = await submitSigned(this.#ports, this.#ports.owner.signer, 'registry/withdrawOffer', { id })
        if (result.code !== 'OK' && result.code !== 'OFFER_UNKNOWN') {
          const { code, data } = result
          this.#ports.log.error({ offer: key, code, data }, 'the ledger refused to take this offer down; trying again')
          continue
        }
      }
      this.#ids.delete(key)
    }
    if (keys.length > 0) this.#save()
  }

  #remember(key: string, id: string): void {
    this.#ids.set(key, id)
    this.#save()
  }

  #save(): void {
    replaceFile(this.#ports.file, `${JSON.stringify(Object.fromEntries(this.#ids))}\n`)
  }

  #exclusive(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => undefined)
    return done
  }
}

function readIds(file: string): Map<string, string> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value === 'object' && value !== null) return new Map(Object.entries(value as Record<string, string>))
  } catch {
    // None yet, or torn: offers that nobody remembers expire by themselves.
  }
  return new Map()
}
