import type { Application, SignedTx, TxResult } from '@conet/core/ledger'
import type { Envelope } from '@conet/core/wire'
import type { Clock } from '../../contract-application.js'
import { Intake, Submission, sameKey } from '../../intake/index.js'
import { generations, type VerifyPool } from '../../verify/index.js'

/** As many as the mempool holds, so that what waits for a block is never decoded or verified again. */
const KEPT = 20_000

const KEY_CHARS = 43

/** A transaction whose signature this node has verified. */
export interface KnownTx extends SignedTx {
  readonly envelope: Envelope
  readonly verifiedWith: Uint8Array
  /** Ledger height at which it was last let in; the same height gives the same answer. */
  checkedAt: number
}

/**
 * Every text this node has seen lately, decoded and verified once: the mempool, a proposal and the decided block bring
 * the same one three times. The whole text decides, for the hash leaves the signature out.
 */
export class TxBook {
  readonly #app: Application
  readonly #intake: Intake
  readonly #known = generations<KnownTx>(KEPT)
  readonly #reading = new Map<string, Promise<KnownTx | TxResult>>()
  /** What came out of the intake, for those who wait: the cache may have forgotten it by then. */
  readonly #made = new WeakMap<Submission, KnownTx>()

  constructor(app: Application, pool: VerifyPool, clock: Clock) {
    this.#app = app
    this.#intake = new Intake({
      app,
      pool,
      clock,
      onVerified: (submission, envelope) => this.#add(submission, envelope),
    })
  }

  /** What is verified with the key that holds now, without asking anybody. */
  get(text: string): KnownTx | undefined {
    const known = this.#known.get(keyOf(text))
    return known !== undefined && known.envelope.text === text && this.#holds(known) ? known : undefined
  }

  /**
   * Decodes and verifies with the key that holds now.
   * @returns the transaction, or why it is none
   */
  async read(text: string): Promise<KnownTx | TxResult> {
    return this.get(text) ?? (await this.#verify(text))
  }

  /**
   * Reads the transactions of a block: nearly always everything is known, and nothing needs to be waited for.
   * @returns `undefined` if one of them is unreadable, of an unknown signer, or forged
   */
  async readAll(texts: readonly string[]): Promise<KnownTx[] | undefined> {
    const read: (KnownTx | TxResult)[] = []
    const rest: Promise<void>[] = []
    texts.forEach((text, i) => {
      const known = this.get(text)
      if (known !== undefined) read[i] = known
      else {
        rest.push(
          this.read(text).then(one => {
            read[i] = one
          }),
        )
      }
    })
    if (rest.length > 0) await Promise.all(rest)
    return read.every(isKnown) ? read : undefined
  }

  /** A block holds it: it comes by no more, and what is kept of it would only grow old. */
  forget(text: string): void {
    this.#known.delete(keyOf(text))
  }

  #verify(text: string): Promise<KnownTx | TxResult> {
    const underWay = this.#reading.get(text)
    if (underWay !== undefined) return underWay
    const reading = new Promise<KnownTx | TxResult>((resolve, reject) => {
      const submission: Submission = new Submission(
        text,
        result => resolve(this.#made.get(submission) ?? result),
        reject,
      )
      this.#intake.take(submission)
    }).finally(() => this.#reading.delete(text))
    this.#reading.set(text, reading)
    return reading
  }

  #add(submission: Submission, envelope: Envelope): void {
    const { publicKey, text } = submission
    if (publicKey === undefined) throw new Error('a verified transaction has a key')
    const known: KnownTx = { envelope, verifiedWith: publicKey, checkedAt: -1 }
    this.#known.set(keyOf(text), known)
    this.#made.set(submission, known)
    submission.answer({ hash: envelope.hash, code: 'OK', data: {}, events: [] })
  }

  /** A `did:key` is its own key; any other may have rotated since. */
  #holds({ envelope, verifiedWith }: KnownTx): boolean {
    return envelope.header.kid.startsWith('did:key:') || sameKey(this.#app.signerKey(envelope), verifiedWith)
  }
}

/** Half of the signature: a map hashes every text it is asked for, and these are new strings each time. */
function keyOf(text: string): string {
  return text.slice(-KEY_CHARS)
}

/** Whether `read` gave a transaction. */
export function isKnown(read: KnownTx | TxResult): read is KnownTx {
  return 'envelope' in read
}
