import type { TxResult } from '@conet/core/ledger'
import type { Hash } from '@conet/core/units'
import { type Generations, generations } from '@conet/core/wire'

/**
 * What became of the last transactions. A proposer may put one into a block again, and a voucher may be handed in twice: that
 * the second is refused does not undo the first.
 */
export class Outcomes {
  readonly #kept: Generations<TxResult>

  /** @param least - keeps at least this many, at most twice as many */
  constructor(least: number) {
    this.#kept = generations(least)
  }

  get(hash: Hash): TxResult | undefined {
    return this.#kept.get(hash)
  }

  /** Takes what a block says of a transaction. */
  add(result: TxResult): void {
    const known = this.get(result.hash)
    const stays = known?.code === 'OK' || (known !== undefined && result.code === 'REPLAYED')
    if (!stays) this.#kept.set(result.hash, result)
  }
}
