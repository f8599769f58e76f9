import { InvariantError } from '@conet/core/errors'
import {
  type ClientEvent,
  type ClientState,
  createClient,
  createProvider,
  type GrantPayload,
  nextClientDeadline,
  nextProviderDeadline,
  type ProviderEffect,
  type ProviderEvent,
  type ProviderState,
  type ProviderSummary,
  parseClose,
  parseStatement,
  parseVoucher,
  sessionIdOf,
  stepClient,
  stepProvider,
} from '@conet/core/rounds'
import type { AccessTerms } from '@conet/core/services/access'
import type { Amount, Bytes } from '@conet/core/units'
import type { EventClock } from './clock.js'
import { Meter } from './meter.js'
import { type Party, readEnvelope } from './party.js'

/** One session between a user and the first sharer of its path. */
export interface SessionPlan {
  readonly clock: EventClock
  readonly lid: string
  readonly user: Party
  readonly sharer: Party
  readonly terms: AccessTerms
  /** Credit the user has earned with this sharer. */
  readonly credit: Amount
  /** One way between user and sharer, ms. */
  readonly delayMs: number
  readonly number: number
  /** A voucher to bring to the ledger. */
  settle(text: string): void
  ended(session: Session, summary: ProviderSummary): void
}

/** A voucher is on the sharer's disk after this long. */
const STORE_MS = 5
/** Closing the gateway takes this long. */
const CUT_MS = 1
/** Vouchers go to the ledger at the end, and once a minute. */
const SETTLE_AFTER_MS = 60_000

/** Plays both machines of core/rounds against each other on the virtual clock, with messages as on the wire. */
export class Session {
  readonly meter: Meter
  client: ClientState
  provider: ProviderState
  #providerTimer = -1
  #clientTimer = -1

  constructor(readonly plan: SessionPlan) {
    const { clock, user, sharer, credit } = plan
    const grant = grantOf(plan)
    this.provider = createProvider({
      grant,
      credit,
      settle: { afterMs: SETTLE_AFTER_MS },
      seal: (kind, payload) => sharer.seal(kind, payload),
    })
    this.client = createClient({ grant, requestedAt: clock.now, seal: (kind, payload) => user.seal(kind, payload) })
    this.meter = new Meter(grant.accessUntil, this.provider.quota, type => {
      clock.after(0, () => this.#toProvider({ type, meter: this.meter.count }))
    })
    this.#arm()
  }

  get ended(): boolean {
    return this.provider.phase === 'ended' && this.client.phase === 'ended'
  }

  /** The gateway lets through what is paid for or still on trial. @returns bytes carried */
  carry(up: Bytes, down: Bytes): Bytes {
    return this.meter.pass(up, down, this.plan.clock.now)
  }

  /** The user is done. */
  stop(): void {
    this.#toClient({ type: 'stop' })
  }

  #toProvider(event: ProviderEvent): void {
    const { state, effects } = stepProvider(this.provider, event, this.plan.clock.now)
    this.provider = state
    for (const effect of effects) this.#doProvider(effect)
    this.#arm()
  }

  #toClient(event: ClientEvent): void {
    const { state, effects } = stepClient(this.client, event, this.plan.clock.now)
    this.client = state
    for (const effect of effects) {
      if (effect.type === 'send') this.#later(() => this.#providerReads(effect.text))
    }
    this.#arm()
  }

  #doProvider(effect: ProviderEffect): void {
    const { clock, settle, ended } = this.plan
    if (effect.type === 'send') this.#later(() => this.#clientReads(effect.text))
    if (effect.type === 'ack') this.#later(() => this.#toClient({ type: 'ack', ack: effect.ack }))
    if (effect.type === 'store') clock.after(STORE_MS, () => this.#toProvider({ type: 'stored', hash: effect.hash }))
    if (effect.type === 'extend') this.meter.extend(effect.until, effect.quota)
    if (effect.type === 'settle') settle(effect.text)
    if (effect.type === 'cut') {
      this.meter.closed = true
      clock.after(CUT_MS, () => this.#toProvider({ type: 'cut', meter: this.meter.count }))
    }
    if (effect.type === 'finished') ended(this, effect.summary)
  }

  #later(run: () => void): void {
    this.plan.clock.after(this.plan.delayMs, run)
  }

  #clientReads(text: string): void {
    const { header, payload, hash } = readEnvelope(text)
    const meter = { ...this.meter.count, inFlight: 0n }
    if (header.typ === 'conet-close+jwt') this.#toClient({ type: 'close', reason: must(parseClose(payload)).reason })
    else this.#toClient({ type: 'statement', statement: must(parseStatement(payload)), text, hash, meter })
  }

  #providerReads(text: string): void {
    const { header, payload, hash } = readEnvelope(text)
    const meter = this.meter.count
    if (header.typ === 'conet-close+jwt') {
      this.#toProvider({ type: 'close', reason: must(parseClose(payload)).reason, text, meter })
    } else this.#toProvider({ type: 'voucher', voucher: must(parseVoucher(payload)), text, hash })
  }

  /** One timer per machine, moved after every step; a timer that was moved finds so when it runs. */
  #arm(): void {
    const { clock } = this.plan
    const provider = nextProviderDeadline(this.provider)
    if (provider !== undefined && provider !== this.#providerTimer) {
      this.#providerTimer = provider
      clock.at(Math.ceil(provider), () => {
        if (this.#providerTimer !== provider) return
        this.#providerTimer = -1
        this.#toProvider({ type: 'time', meter: this.meter.count })
      })
    }
    const client = nextClientDeadline(this.client)
    if (client === undefined || client === this.#clientTimer) return
    this.#clientTimer = client
    clock.at(Math.ceil(client), () => {
      if (this.#clientTimer !== client) return
      this.#clientTimer = -1
      this.#toClient({ type: 'time', meter: { ...this.meter.count, inFlight: 0n } })
    })
  }
}

/** Request and grant of a session; both sides know the terms, so their checks are the rounds room's own affair. */
function grantOf({ clock, lid, user, sharer, terms, number }: SessionPlan): GrantPayload {
  const at = clock.now
  const request = {
    lid,
    offer: `offer-${sharer.did.slice(-8)}`,
    offerVersion: 1,
    provider: sharer.did,
    iat: at,
    exp: at + 60_000,
    nonce: String(number),
  }
  const { hash } = user.seal('conet-request+jwt', request)
  return {
    lid,
    sid: sessionIdOf(hash),
    offer: request.offer,
    offerVersion: 1,
    client: user.did,
    provider: sharer.did,
    terms,
    access: { host: '192.0.2.1', port: 1, protocols: ['http'], username: 'sim', password: 'sim' },
    control: '/rounds',
    at,
    accessUntil: at + terms.trialMs,
  }
}

function must<T>(read: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string }): T {
  if (read.ok) return read.value
  throw new InvariantError('sim/message', `${read.code} in an own message`)
}
