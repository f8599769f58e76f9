import type { SignedTx, TxResult } from '@conet/core/ledger'
import type { Envelope } from '@conet/core/wire'

/** Where the text takes room until it is answered. */
export interface Room {
  leave(text: string): void
}

/** One submitted text on its way to an answer. One object per transaction: at full rate every further one shows. */
export class Submission {
  readonly text: string
  readonly resolve: (result: TxResult) => void
  readonly reject: (error: Error) => void
  readonly #room: Room | undefined
  envelope: Envelope | undefined
  publicKey: Uint8Array | undefined
  /** `undefined` while a worker has it. */
  valid: boolean | undefined
  /** Others who submitted the same message meanwhile. */
  joined: Submission[] | undefined

  constructor(text: string, resolve: (result: TxResult) => void, reject: (error: Error) => void, room?: Room) {
    this.text = text
    this.resolve = resolve
    this.reject = reject
    this.#room = room
  }

  /** For the machine; only after decoding. */
  signed(): SignedTx {
    if (this.envelope === undefined) throw new Error('a submission is decoded before it goes into a block')
    return { envelope: this.envelope, verifiedWith: this.publicKey }
  }

  answer(result: TxResult): void {
    this.#room?.leave(this.text)
    this.resolve(result)
    for (const other of this.joined ?? []) other.answer(result)
  }

  fail(error: Error): void {
    this.#room?.leave(this.text)
    this.reject(error)
    for (const other of this.joined ?? []) other.fail(error)
  }
}
