import { ConetError } from '@conet/core/errors'
import { LEDGER_CODES, type TxResult } from '@conet/core/ledger'
import { SESSIONS_CODES } from '@conet/core/ledger/modules/sessions'
import type { SessionId } from '@conet/core/rounds'
import type { Amount, Did, Hash, Millis, UnixMillis } from '@conet/core/units'
import { WIRE_CODES } from '@conet/core/wire'
import type { KeyValueStore } from '../../storage/index.js'
import type { Clock } from '../clock.js'
import { type Opened, Records, record } from '../records/index.js'
import { isDue, type SettlePolicy } from './policy.js'

/** The engine's `submit`: resolves when durable, throws ConetError when it cannot take anything now. */
export type Submit = (tx: string) => Promise<TxResult>

/** What became of one attempt. */
export type Settlement =
  | {
      readonly type: 'settled'
      readonly sid: SessionId
      readonly owed: Amount
      readonly amount: Amount
      readonly tx: Hash
      readonly closed: boolean
    }
  | { readonly type: 'unsettled'; readonly sid: SessionId; readonly code: string; readonly final: boolean }

export interface SettlerPorts {
  readonly submit: Submit
  /** Who promises how much in a voucher's text; the texts were checked when they were stored. */
  readonly read: (voucher: string) => { readonly client: Did; readonly owed: Amount }
  readonly clock: Clock
  readonly store: KeyValueStore
  readonly policy: SettlePolicy
  readonly onOutcome: (outcome: Settlement) => void
}

interface Pending {
  readonly sid: SessionId
  /** When it was opened; `undefined` in an earlier run, whose unchecked vouchers were looked at before anything settles. */
  readonly at: UnixMillis | undefined
  readonly client: Did
  promised: Amount
  settled: Amount
  since: UnixMillis
  closed: boolean
  escrowUntil: UnixMillis | undefined
  queued: boolean
}

/** Submissions under way at once: the engine groups them into blocks, so more only costs memory. */
const MAX_IN_FLIGHT = 64
const FIRST_RETRY_MS: Millis = 250
const LAST_RETRY_MS: Millis = 30_000
/** How often age and escrow expiry are looked at. */
const WATCH_MS: Millis = 5_000
/** `OK`, or the ledger has this much or more already: somebody else brought the same or a higher voucher. */
const TAKEN: readonly string[] = ['OK', 'NOTHING_NEW', 'VOUCHER_BELOW']

/** What only the ledger says of a voucher, for good. Any other code is the way there (rate limit, defect, proxy): it is tried again. */
const FINAL: ReadonlySet<string> = new Set(
  Object.entries({ ...WIRE_CODES, ...LEDGER_CODES, ...SESSIONS_CODES }).flatMap(([code, verdict]) =>
    verdict === 'retry' ? [] : [code],
  ),
)

/** Brings every stored voucher to the ledger, once, however often it is interrupted. */
export class Settler {
  readonly #ports: SettlerPorts
  readonly #records: Records
  readonly #pending = new Map<SessionId, Pending>()
  readonly #queue: Pending[] = []
  readonly #idle: (() => void)[] = []
  #inFlight = 0
  #failures = 0
  #unsettled = 0n
  readonly #byClient = new Map<Did, Amount>()
  #running = false
  #stopRetry: (() => void) | undefined
  #stopWatch: (() => void) | undefined

  constructor(ports: SettlerPorts) {
    this.#ports = ports
    this.#records = new Records(ports.store)
  }

  /** Promised and not settled, over all sessions. */
  get unsettled(): Amount {
    return this.#unsettled
  }

  /** Promised by one client and not settled, over all its sessions, open and closed. */
  unsettledOf(client: Did): Amount {
    return this.#byClient.get(client) ?? 0n
  }

  /** Settles a session now, whatever the policy waits for. */
  hurry(sid: SessionId): void {
    const pending = this.#pending.get(sid)
    if (pending !== undefined) this.#enqueue(pending)
  }

  /** More is open than the owner's limit. */
  get overLimit(): boolean {
    return this.#unsettled > this.#ports.policy.maxUnsettled
  }

  /** Sessions with a promise not settled yet. */
  get waiting(): number {
    return this.#pending.size
  }

  /** Takes over what an earlier run left in the store, all of it closed by now, and starts the watcher. */
  start(): void {
    this.#running = true
    for (const [sid, text] of this.#records.vouchers()) {
      const { client, owed } = this.#ports.read(text)
      const pending = this.#of({ sid, at: undefined }, client)
      pending.settled = this.#records.settled(sid)
      pending.closed = true
      this.#promise(pending, owed)
    }
    this.#watch()
  }

  /** A stored voucher: settles at once if the policy says so, else the watcher does later. */
  promised(session: Opened, client: Did, owed: Amount, escrowUntil?: UnixMillis): void {
    const pending = this.#of(session, client)
    if (escrowUntil !== undefined) pending.escrowUntil = escrowUntil
    this.#promise(pending, owed)
  }

  /** The session is over: what is open is due now. */
  closed(sid: SessionId): void {
    const pending = this.#pending.get(sid)
    if (pending === undefined) return
    pending.closed = true
    if (pending.promised > pending.settled) this.#consider(pending)
    else {
      const { settled } = pending
      this.#forget(pending)
      void this.#record(pending, settled, true)
    }
  }

  /** Settled so far for a session that still has a promise open. */
  settledOf(sid: SessionId): Amount | undefined {
    return this.#pending.get(sid)?.settled
  }

  /** Stops retrying and watching; waits for what is under way, at most `graceMs`. The rest stays in the store. */
  async stop(graceMs: Millis): Promise<void> {
    for (const pending of this.#pending.values()) this.closed(pending.sid)
    if (this.#inFlight > 0 || this.#queue.length > 0) {
      await new Promise<void>(resolve => {
        const cancel = this.#ports.clock.after(graceMs, resolve)
        this.#idle.push(() => {
          cancel()
          resolve()
        })
      })
    }
    this.#running = false
    this.#stopWatch?.()
    this.#stopRetry?.()
  }

  #of({ sid, at }: Pick<Pending, 'sid' | 'at'>, client: Did): Pending {
    const known = this.#pending.get(sid)
    if (known !== undefined) return known
    const since = this.#ports.clock.now()
    const made = {
      sid,
      at,
      client,
      promised: 0n,
      settled: 0n,
      since,
      closed: false,
      escrowUntil: undefined,
      queued: false,
    }
    this.#pending.set(sid, made)
    return made
  }

  #promise(pending: Pending, owed: Amount): void {
    if (owed > pending.promised) {
      if (pending.promised <= pending.settled) pending.since = this.#ports.clock.now()
      this.#move(pending, owed, pending.settled)
    }
    this.#consider(pending)
  }

  #consider(pending: Pending): void {
    if (isDue(pending, this.#ports.policy, this.#ports.clock.now())) this.#enqueue(pending)
  }

  #enqueue(pending: Pending): void {
    if (pending.queued || pending.promised <= pending.settled) return
    pending.queued = true
    this.#queue.push(pending)
    this.#pump()
  }

  #watch(): void {
    this.#stopWatch = this.#ports.clock.after(WATCH_MS, () => {
      for (const pending of this.#pending.values()) this.#consider(pending)
      if (this.#running) this.#watch()
    })
  }

  #pump(): void {
    while (this.#running && this.#stopRetry === undefined && this.#inFlight < MAX_IN_FLIGHT) {
      const pending = this.#queue.shift()
      if (pending === undefined) break
      this.#inFlight++
      void this.#settle(pending).finally(() => {
        this.#inFlight--
        this.#pump()
      })
    }
    if (this.#inFlight === 0 && this.#queue.length === 0) for (const done of this.#idle.splice(0)) done()
  }

  async #settle(pending: Pending): Promise<void> {
    const text = this.#records.voucher(pending.sid)
    if (text === undefined) return this.#forget(pending)
    try {
      const result = await this.#ports.submit(text)
      if (!TAKEN.includes(result.code) && !FINAL.has(result.code)) return this.#retry(pending, result.code)
      this.#failures = 0
      pending.queued = false
      if (TAKEN.includes(result.code)) await this.#taken(pending, text, result.hash)
      else await this.#refused(pending, text, result.code)
    } catch (error) {
      this.#retry(pending, error instanceof ConetError ? error.code : 'ENGINE_UNREACHABLE')
    }
  }

  async #taken(pending: Pending, text: string, tx: Hash): Promise<void> {
    const before = pending.settled
    const said = this.#ports.read(text).owed
    const owed = said > before ? said : before
    this.#move(pending, pending.promised, owed)
    // A voucher that brings nothing is not brought again at once, whatever was promised: the next promise or the watcher looks again.
    const more = owed > before || this.#records.voucher(pending.sid) !== text
    const done = pending.closed && (pending.promised <= owed || !more)
    this.#ports.onOutcome({ type: 'settled', sid: pending.sid, owed, amount: owed - before, tx, closed: done })
    if (done) this.#forget(pending)
    else if (more) this.#consider(pending)
    await this.#record(pending, owed, done)
  }

  /** The ledger said no for good: the voucher goes to the evidence, nothing is lost from the store. */
  async #refused(pending: Pending, text: string, code: string): Promise<void> {
    this.#ports.onOutcome({ type: 'unsettled', sid: pending.sid, code, final: true })
    this.#forget(pending)
    const { sid } = pending
    const kept = record.evidence({ sid, at: this.#ports.clock.now(), why: code, envelopes: [text] })
    await this.#ports.store.writeAtomic([kept, ...record.settled(sid, 0n, true)]).catch(() => undefined)
  }

  #forget(pending: Pending): void {
    this.#move(pending, 0n, 0n)
    this.#pending.delete(pending.sid)
  }

  /** What is open changes with the promise and with what is settled; the disk may be ahead of the promise, which leaves nothing open. */
  #move(pending: Pending, promised: Amount, settled: Amount): void {
    const before = openOf(pending)
    pending.promised = promised
    pending.settled = settled
    const amount = openOf(pending) - before
    this.#unsettled += amount
    const left = (this.#byClient.get(pending.client) ?? 0n) + amount
    if (left > 0n) this.#byClient.set(pending.client, left)
    else this.#byClient.delete(pending.client)
  }

  /** What the ledger has moved; `over` forgets the voucher, unless a newer one that is not checked can only be read beside it. */
  #record({ sid, at }: Pending, owed: Amount, over: boolean): Promise<void> {
    const isRead = at === undefined || !this.#records.hasUnchecked({ sid, at })
    const changes = record.settled(sid, owed, over && isRead)
    // If this write fails, the next start submits the voucher again and learns `NOTHING_NEW`.
    return this.#ports.store.put(changes).catch(() => undefined)
  }

  /** The engine takes nothing now: everything waits, longer each time. */
  #retry(pending: Pending, code: string): void {
    this.#queue.push(pending)
    this.#ports.onOutcome({ type: 'unsettled', sid: pending.sid, code, final: false })
    if (this.#stopRetry !== undefined) return
    const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures)
    this.#failures++
    this.#stopRetry = this.#ports.clock.after(delay, () => {
      this.#stopRetry = undefined
      this.#pump()
    })
  }
}

function openOf({ promised, settled }: Pending): Amount {
  return promised > settled ? promised - settled : 0n
}
