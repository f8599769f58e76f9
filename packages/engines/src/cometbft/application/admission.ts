import { type Application, LEDGER_CODES, type SignedTx, type TxResult } from '@conet/core/ledger'
import { plainTx } from '../../blocks/index.js'
import type { Clock } from '../../contract-application.js'
import type { Calls, TxOutcome } from '../abci/index.js'
import { type Bundle, isBundle, type KnownTx, type TxBook, type Unsound } from './tx-book.js'
import { isWake, isWakeDue } from './wake.js'

/** `type` of a check that repeats an earlier one after a block. */
const RECHECK = 1
const GOOD: TxOutcome = { code: 0 }
/**
 * What is said of a transaction whose signer is not known here yet, or has another key by now: nobody can verify it, and
 * time and repetition are asked first (LED-14). It is neither forged nor unreadable.
 */
const WITHOUT_KEY: ReadonlySet<string> = new Set<keyof typeof LEDGER_CODES>([
  'SIGNER_UNKNOWN',
  'SIGNER_REVOKED',
  'EXPIRED',
  'EXP_TOO_FAR',
  'REPLAYED',
])

export interface AdmissionOptions {
  readonly app: Application
  readonly book: TxBook
  readonly clock: Clock
  /** Told of every transaction that the mempool does not take or lets go, and that no block will hold. */
  readonly onRefused: (text: string, result: TxResult) => void
  /** Told of transactions that went with a bundle although nothing is said against them: whoever waits hands them over again. */
  readonly onDropped: (texts: readonly string[]) => void
}

/** Decides what may wait in CometBFT's mempool. */
export class Admission {
  readonly #options: AdmissionOptions

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** CheckTx: from this node, from peers, and again for whatever is left after a block. */
  check({ tx, type }: Calls['checkTx']['request']): TxOutcome | Promise<TxOutcome> {
    const text = Buffer.from(tx.buffer, tx.byteOffset, tx.byteLength).toString('latin1')
    const again = type === RECHECK
    const { app, book, clock } = this.#options
    if (isWake(text)) return isWakeDue(app, text, clock()) ? GOOD : { code: 1, codespace: 'NOT_DUE' }
    const known = book.bundle(text)
    if (known !== undefined) return this.#admit(known, again)
    return book
      .readBundle(text)
      .then(read => (isBundle(read) ? this.#admit(read, again) : this.#turnAway(text, read, again)))
  }

  /** Worth waiting for a block as long as one member is; proposers leave the others out. */
  #admit({ members }: Bundle, again: boolean): TxOutcome {
    const refused = this.#refused(members, again)
    const isDropped = refused.length === members.length
    for (const [known, refusal] of refused) {
      // A voucher that a module refuses goes into the block with the others, which answers for it.
      if (isDropped || this.#authentic([known]).length === 0) this.#options.onRefused(known.envelope.text, refusal)
    }
    const [first] = refused
    return isDropped && first !== undefined ? outcomeOf(first[1]) : GOOD
  }

  /** What waits already stays for one good member: no more vouchers are run than it takes to find one. */
  #refused(members: readonly KnownTx[], again: boolean): (readonly [KnownTx, TxResult])[] {
    const { height } = this.#options.app.info()
    const txs = members.filter(isTransaction)
    const asked = again ? txs : txs.filter(known => known.checkedAt !== height)
    const authentic = this.#authentic(asked)
    const isAuthentic = authentic.length === asked.length ? () => true : inSet(authentic)
    const refused: [KnownTx, TxResult][] = []
    let isGood = false
    const ordered = txs.length === members.length ? txs : [...txs, ...members.filter(known => !isTransaction(known))]
    for (const known of ordered) {
      if (again && isGood && !isTransaction(known)) break
      const refusal = this.#judge(known, again, isAuthentic)
      if (refusal === undefined) isGood = true
      else refused.push([known, refusal])
    }
    return refused
  }

  /** A signer that this node does not know (it may be a block behind) costs the others nothing. */
  #turnAway(text: string, { refused, rest }: Unsound, again: boolean): TxOutcome {
    for (const [one, refusal] of refused) this.#options.onRefused(one, refusal)
    const isKeyless = [...refused.values()].every(({ code }) => WITHOUT_KEY.has(code))
    if (isKeyless && rest.length > 0) return this.#admit({ text, members: rest }, again)
    if (rest.length > 0) this.#options.onDropped(rest.map(known => known.envelope.text))
    const [first] = refused.values()
    return first === undefined ? GOOD : outcomeOf(first)
  }

  /**
   * Whether a transaction may wait for a block. One that the ledger's modules refuse may: its refusal is final only in a
   * block, which every replica remembers (LED-15). Vouchers are cumulative and need no memory, so they stay outside.
   *
   * @returns why not, `undefined` if it may
   */
  door(known: KnownTx): TxResult | undefined {
    return this.#judge(known, false, one => this.#authentic([one]).length === 1)
  }

  /**
   * After every block for all transactions that are left, only what a block can change about who signed, when, and whether
   * it ran. Of a voucher that ran only its module knows (LED-15): without it a bundle that holds one would wait for ever.
   */
  #judge(known: KnownTx, again: boolean, isAuthentic: (known: KnownTx) => boolean): TxResult | undefined {
    const { app, clock } = this.#options
    const { height } = app.info()
    const isTx = isTransaction(known)
    if (again && isTx ? isAuthentic(known) : known.checkedAt === height) return undefined
    // What a module would say to a transaction does not matter here, and running it costs as much as in its block.
    if (!isTx || !isAuthentic(known)) {
      const result = app.check(known, clock())
      if (result.code !== 'OK' && (!isTx || Object.hasOwn(LEDGER_CODES, result.code))) return plainTx(result)
    }
    known.checkedAt = height
    return undefined
  }

  /** Those that could be in a block now: well-formed, in time, not run before, and of a key that still holds. */
  #authentic(txs: readonly KnownTx[]): readonly SignedTx[] {
    const { app, clock } = this.#options
    const { height, timeMs } = app.info()
    const context = { height: height + 1, timeMs: Math.max(clock(), timeMs) }
    return app.prepareProposal(txs, context, Number.POSITIVE_INFINITY)
  }
}

function isTransaction({ envelope }: KnownTx): boolean {
  return envelope.header.typ === 'conet-tx+jwt'
}

function inSet(txs: readonly SignedTx[]): (known: KnownTx) => boolean {
  const set = new Set(txs)
  return known => set.has(known)
}

/** A result as CometBFT keeps it. Only `code` and `data` are part of its own hash; the ledger's app hash covers the rest. */
export function outcomeOf({ code, data }: TxResult): TxOutcome {
  if (code === 'OK') return GOOD
  return { code: 1, codespace: code, log: JSON.stringify(data) }
}
