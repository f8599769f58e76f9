import { type Application, LEDGER_CODES, type TxResult } from '@conet/core/ledger'
import { plainTx } from '../../blocks/index.js'
import type { Clock } from '../../contract-application.js'
import type { Calls, TxOutcome } from '../abci/index.js'
import { isKnown, type KnownTx, type TxBook } from './tx-book.js'
import { isWake, isWakeDue } from './wake.js'

/** `type` of a check that repeats an earlier one after a block. */
const RECHECK = 1
const GOOD: TxOutcome = { code: 0 }

export interface AdmissionOptions {
  readonly app: Application
  readonly book: TxBook
  readonly clock: Clock
  /** Told of every text that the mempool does not take or lets go. */
  readonly onRefused: (text: string, result: TxResult) => void
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
    const { app, book, clock } = this.#options
    if (isWake(text)) return isWakeDue(app, text, clock()) ? GOOD : { code: 1, codespace: 'NOT_DUE' }
    const known = book.get(text)
    if (known !== undefined) return this.#outcome(text, known, type === RECHECK)
    return book.read(text).then(read => this.#outcome(text, read, type === RECHECK))
  }

  #outcome(text: string, read: KnownTx | TxResult, again: boolean): TxOutcome {
    const refusal = isKnown(read) ? this.#judge(read, again) : read
    if (refusal === undefined) return GOOD
    this.#options.onRefused(text, refusal)
    return outcomeOf(refusal)
  }

  /**
   * Whether a transaction may wait for a block. One that the ledger's modules refuse may: its refusal is final only in a
   * block, which every replica remembers (LED-15). Vouchers are cumulative and need no memory, so they stay outside.
   *
   * @returns why not, `undefined` if it may
   */
  door(known: KnownTx): TxResult | undefined {
    const { app, clock } = this.#options
    const { height } = app.info()
    if (known.checkedAt === height) return undefined
    const isTx = known.envelope.header.typ === 'conet-tx+jwt'
    // What a module would say to a transaction does not matter here, and running it costs as much as in its block.
    if (!isTx || !this.#isAuthentic(known)) {
      const result = app.check(known, clock())
      if (result.code !== 'OK' && (!isTx || Object.hasOwn(LEDGER_CODES, result.code))) return plainTx(result)
    }
    known.checkedAt = height
    return undefined
  }

  /** After every block for all that is left: only what a block can change about who signed, when, and whether it ran. */
  #judge(known: KnownTx, again: boolean): TxResult | undefined {
    return again && this.#isAuthentic(known) ? undefined : this.door(known)
  }

  /** Whether it could be in a block now: well-formed, in time, not run before, and of a key that still holds. */
  #isAuthentic(known: KnownTx): boolean {
    const { app, clock } = this.#options
    const { height, timeMs } = app.info()
    const context = { height: height + 1, timeMs: Math.max(clock(), timeMs) }
    return app.prepareProposal([known], context, Number.POSITIVE_INFINITY).length === 1
  }
}

/** A result as CometBFT keeps it. Only `code` and `data` are part of its own hash; the ledger's app hash covers the rest. */
export function outcomeOf({ code, data }: TxResult): TxOutcome {
  if (code === 'OK') return GOOD
  return { code: 1, codespace: code, log: JSON.stringify(data) }
}
