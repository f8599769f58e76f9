import type { Application, SignedTx, TxResult } from '@conet/core/ledger'
import { type Envelope, generations } from '@conet/core/wire'
import type { Clock } from '../../contract-application.js'
import { nodeSha256, type VerifyPool } from '../../crypto/index.js'
import { Intake, Submission, sameKey } from '../../intake/index.js'
import { unpackBundle } from './bundle.js'

/** Two generations of so many are what the mempool holds, so that what waits for a block is not decoded or verified again. */
const KEPT = 20_000
/** What a bundle holds that is not found here is found member by member; 128 KiB each at most. */
const BUNDLES_KEPT = 1_000

const KEY_CHARS = 43

/** A transaction whose signature this node has verified. */
export interface KnownTx extends SignedTx {
  readonly envelope: Envelope
  readonly verifiedWith: Uint8Array
  /** Ledger height at which it was last let in; the same height gives the same answer. */
  checkedAt: number
}

/** A text of CometBFT whose transactions are all authentic; nearly always there are several. */
export interface Bundle {
  readonly text: string
  readonly members: readonly KnownTx[]
}

/** A text of CometBFT that nobody honest brings, or whose signer has another key by now. */
export interface Unsound {
  /** What is said against it, by the text that it is said of: a member, or the whole. Never empty. */
  readonly refused: ReadonlyMap<string, TxResult>
  /** The members that nothing is said against. */
  readonly rest: readonly KnownTx[]
}

/**
 * Every text this node has seen lately, decoded and verified once: the mempool, a proposal and the decided block bring
 * the same one three times. The whole text decides, for the hash leaves the signature out.
 */
export class TxBook {
  readonly #app: Application
  readonly #intake: Intake
  readonly #known = generations<KnownTx>(KEPT)
  /** By the end of their texts. Members are found here at once, and are kept beside for other bundles that hold them. */
  readonly #bundles = generations<Bundle>(BUNDLES_KEPT)
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

  /** The same for a text of CometBFT: what it holds, if all of it is verified with keys that hold now. */
  bundle(text: string): Bundle | undefined {
    const kept = this.#bundles.get(keyOf(text))
    if (kept?.text === text) return kept.members.every(known => this.#holds(known)) ? kept : undefined
    const known = this.get(text)
    return known && { text, members: [known] }
  }

  /** Takes a text of CometBFT apart, decodes and verifies. @param lines - of it, if it was taken apart already */
  async readBundle(text: string, lines: readonly string[] | undefined = unpackBundle(text)): Promise<Bundle | Unsound> {
    if (lines === undefined) return { refused: new Map([[text, noBundle(text)]]), rest: [] }
    const rest: KnownTx[] = []
    const refused = new Map<string, TxResult>()
    const read = await Promise.all(lines.map(line => this.get(line) ?? this.#verify(line)))
    lines.forEach((line, i) => {
      const one = read[i]
      if (one !== undefined && isKnown(one)) rest.push(one)
      else if (one !== undefined) refused.set(line, one)
    })
    if (refused.size > 0) return { refused, rest }
    const bundle = { text, members: rest }
    if (rest.length > 1) this.#bundles.set(keyOf(text), bundle)
    return bundle
  }

  /**
   * Reads the texts of a block: nearly always everything is known, and nothing needs to be waited for.
   *
   * @param most - transactions; of more than these none is decoded or verified
   * @returns `undefined` if there are more, or one of them is unreadable, of an unknown signer, or forged
   */
  async readAll(texts: readonly string[], most: number): Promise<Bundle[] | undefined> {
    const found = texts.map(text => this.bundle(text) ?? unpackBundle(text))
    if (!found.every(isThere)) return undefined
    if (found.reduce((sum, one) => sum + (isLines(one) ? one : one.members).length, 0) > most) return undefined
    if (!found.some(isLines)) return found as Bundle[]
    const read = await Promise.all(found.map((one, i) => (isLines(one) ? this.readBundle(texts[i] ?? '', one) : one)))
    return read.every(isBundle) ? read : undefined
  }

  /** A block holds it: it comes by no more, and what is kept of it would only grow old. */
  forget({ text, members }: Bundle): void {
    this.#bundles.delete(keyOf(text))
    for (const { envelope } of members) this.#known.delete(keyOf(envelope.text))
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

function noBundle(text: string): TxResult {
  const hash = Buffer.from(nodeSha256(text)).toString('hex')
  return { hash, code: 'ENVELOPE_MALFORMED', data: { part: 'envelope', why: 'bundle' }, events: [] }
}

function isThere<T>(one: T | undefined): one is T {
  return one !== undefined
}

function isLines(one: Bundle | string[]): one is string[] {
  return Array.isArray(one)
}

/** Whether all members of a text of CometBFT are authentic. */
export function isBundle(read: Bundle | Unsound): read is Bundle {
  return 'members' in read
}

/** Whether `read` gave a transaction. */
export function isKnown(read: KnownTx | TxResult): read is KnownTx {
  return 'envelope' in read
}
