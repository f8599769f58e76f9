import type { SignedTx, TxResult } from '@conet/core/ledger'
import type { Envelope } from '@conet/core/wire'

/** One submitted text on its way to an answer. One object per transaction: at full rate every further one shows. */
export class Submission {
  readonly text: string
  readonly resolve: (result: TxResult) => void
  readonly reject: (error: Error) => void
  envelope: Envelope | undefined
  publicKey: Uint8Array | undefined
  /** `undefined` while a worker has it. */
  valid: boolean | undefined
  /** Others who submitted the same message meanwhile. */
  joined: Submission[] | undefined

  constructor(text: string, resolve: (result: TxResult) => void, reject: (error: Error) => void) {
    this.text = text
    this.resolve = resolve
    this.reject = reject
  }

  /** For the machine; only after decoding. */
  signed(): SignedTx {
    if (this.envelope === undefined) throw new Error('a submission is decoded before it goes into a block')
    return { envelope: this.envelope, verifiedWith: this.publicKey }
  }

  answer(result: TxResult): void {
    this.resolve(result)
    for (const other of this.joined ?? []) other.resolve(result)
  }

  fail(error: Error): void {
    this.reject(error)
    for (const other of this.joined ?? []) other.reject(error)
  }
}
