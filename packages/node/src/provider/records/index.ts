import type { SessionId } from '@conet/core/rounds'
import type { UnixMillis } from '@conet/core/units'
import type { Change, KeyValueStore } from '../../storage/index.js'
import type { SessionView } from '../contract.js'
import { condense, expand, lengthen } from './short.js'
import { decodeView, encodeView } from './view.js'

export { bodyStart, headText, lengthen, shorten, whole } from './short.js'
export { decodeView, encodeView } from './view.js'

/** Keys of the provider's store; every range ends at the same prefix with the next character. */
const OPEN = 's/'
/** The highest voucher whose signature was checked, condensed. */
const VOUCHER = 'v/'
/** A newer one that was not: in short form, beside the checked one (RND-15). Written in every round, so its key begins with a time. */
const UNCHECKED = 'u/'
const SETTLED = 'm/'
const CLOSED = 'c/'
const CLOSED_KEY = 'x/'
const EVIDENCE = 'e/'

/** First key after all keys with the prefix: `/` is followed by `0`. */
export function endOf(prefix: string): string {
  return `${prefix.slice(0, -1)}0`
}

/** A session and when it was opened: its grant says both. */
export interface Opened {
  readonly sid: SessionId
  readonly at: UnixMillis
}

/** 15 digits hold every moment a Date can hold, so text order is time order. */
function timed(prefix: string, { sid, at }: Opened): string {
  return `${prefix}${String(at).padStart(15, '0')}/${sid}`
}

const closedKey = (at: UnixMillis, sid: SessionId) => timed(CLOSED, { sid, at })

/**
 * Sessions that began together pay together: what one flush writes lies on a few pages of the store. Ids are hashes, by which
 * every voucher would lie on a page of its own.
 */
const uncheckedKey = (session: Opened) => timed(UNCHECKED, session)

/** Both signed counts of a dispute, or what the ledger refused for good. */
export interface Evidence {
  readonly sid: SessionId
  readonly at: UnixMillis
  /** Closed code of the round protocol or of the ledger. */
  readonly why: string
  /** Envelope texts: our statement, the client's voucher or close. */
  readonly envelopes: readonly string[]
}

/** What lies in the store about sessions; each method gives the changes, the caller writes them. */
export const record = {
  opened: (view: SessionView): Change => [OPEN + view.sid, encodeView(view)],
  /** A checked voucher makes the unchecked one before it worthless. */
  voucher: (session: Opened, text: string): Change[] => [
    record.checked(session.sid, text),
    ...record.noUnchecked(session),
  ],
  /** A checked voucher, while a newer one that is not checked stays beside it. */
  checked: (sid: SessionId, text: string): Change => [VOUCHER + sid, condense(sid, text)],
  /** @param short - of `shorten` */
  unchecked: (session: Opened, short: string): Change => [uncheckedKey(session), short],
  noUnchecked: (session: Opened): Change[] => [[uncheckedKey(session), undefined]],
  /** Part of the promise that the ledger has moved; `done` also forgets the voucher. */
  settled: (sid: SessionId, amount: bigint, done: boolean): Change[] =>
    done
      ? [
          [VOUCHER + sid, undefined],
          [SETTLED + sid, undefined],
        ]
      : [[SETTLED + sid, amount.toString()]],
  closed: (view: SessionView): Change[] => {
    const key = closedKey(view.closedAt ?? 0, view.sid)
    return [
      [OPEN + view.sid, undefined],
      [key, encodeView(view)],
      [CLOSED_KEY + view.sid, key],
    ]
  },
  evidence: (evidence: Evidence): Change => [`${EVIDENCE}${evidence.sid}`, JSON.stringify(evidence)],
} as const

/** Reading side of the records. */
export class Records {
  readonly #store: KeyValueStore

  constructor(store: KeyValueStore) {
    this.#store = store
  }

  voucher(sid: SessionId): string | undefined {
    const stored = this.#store.get(VOUCHER + sid)
    return stored === undefined ? undefined : expand(sid, stored)
  }

  settled(sid: SessionId): bigint {
    return BigInt(this.#store.get(SETTLED + sid) ?? '0')
  }

  /** Vouchers whose signatures were not checked when the process ended; `undefined` for one that cannot be read. */
  *unchecked(): Iterable<readonly [sid: SessionId, text: string | undefined, key: string]> {
    for (const [key, short] of this.#all(UNCHECKED)) {
      // A provider that was not updated cleanly may have left keys without the time: `u/` and the session.
      const sid = key.slice(key.lastIndexOf('/') + 1)
      yield [sid, lengthen(short, this.voucher(sid)), key]
    }
  }

  hasUnchecked(session: Opened): boolean {
    return this.#store.get(uncheckedKey(session)) !== undefined
  }

  /** Vouchers whose settlement is not recorded as complete. */
  *vouchers(): Iterable<readonly [sid: SessionId, text: string]> {
    for (const [key, stored] of this.#all(VOUCHER)) {
      const sid = key.slice(VOUCHER.length)
      yield [sid, expand(sid, stored)]
    }
  }

  /** Sessions that were open when the process ended. */
  *open(): Iterable<SessionView> {
    for (const [, text] of this.#all(OPEN)) yield decodeView(text)
  }

  /** The record of a session that is open, or was when the process ended. */
  opened(sid: SessionId): SessionView | undefined {
    const text = this.#store.get(OPEN + sid)
    return text === undefined ? undefined : decodeView(text)
  }

  closed(sid: SessionId): SessionView | undefined {
    const key = this.#store.get(CLOSED_KEY + sid)
    const text = key === undefined ? undefined : this.#store.get(key)
    return text === undefined ? undefined : decodeView(text)
  }

  /** The closed record with what has been settled since. */
  resettled(view: SessionView): Change[] {
    const key = this.#store.get(CLOSED_KEY + view.sid)
    return key === undefined ? [] : [[key, encodeView(view)]]
  }

  /** Closed sessions, newest first, from below `cursor` (a key this method gave, or `undefined` for the newest). */
  closedPage(cursor: string | undefined, limit: number): { items: SessionView[]; next: string | undefined } {
    const before = cursor?.startsWith(CLOSED) ? cursor : endOf(CLOSED)
    const entries = [...this.#store.rangeDown(before, CLOSED, limit + 1)]
    const page = entries.slice(0, limit)
    return {
      items: page.map(([, text]) => decodeView(text)),
      next: entries.length > limit ? page.at(-1)?.[0] : undefined,
    }
  }

  /** Removal of closed sessions that ended before `before`, at most `limit`; evidence and unsettled vouchers stay. */
  stale(before: UnixMillis, limit: number): Change[] {
    const old = [...this.#store.range(CLOSED, closedKey(before, ''), limit)]
    return old.flatMap(([key]): Change[] => [
      [key, undefined],
      [CLOSED_KEY + key.slice(key.lastIndexOf('/') + 1), undefined],
    ])
  }

  evidence(sid: SessionId): Evidence | undefined {
    const text = this.#store.get(EVIDENCE + sid)
    return text === undefined ? undefined : (JSON.parse(text) as Evidence)
  }

  *#all(prefix: string): Iterable<readonly [string, string]> {
    // In pages, so that no read transaction stays open while the caller awaits.
    for (let from = prefix; ; ) {
      const page = [...this.#store.range(from, endOf(prefix), 1000)]
      yield* page
      const last = page.at(-1)
      if (last === undefined || page.length < 1000) return
      from = `${last[0]}\u0000`
    }
  }
}
