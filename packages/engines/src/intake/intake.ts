import type { Application, TxResult } from '@conet/core/ledger'
import { decodeEnvelope, type Envelope } from '@conet/core/wire'
import { plainTx } from '../blocks/index.js'
import type { Clock } from '../contract-application.js'
import { nodeSha256, type VerifyItem, type VerifyPool, verifyInPlace } from '../crypto/index.js'
import { signerKeys } from './signer-keys.js'
import type { Submission } from './submission.js'

/** Signatures per batch: large enough to make hand-over cheap, small enough to spread over the workers. */
const MAX_BATCH = 128
/** Batches under way per worker, so that none waits while its answer travels. */
const BATCHES_PER_WORKER = 2

export interface IntakeOptions {
  readonly app: Application
  readonly pool: VerifyPool
  readonly clock: Clock
  /** Decoded and verified, in order of arrival. */
  readonly onVerified: (submission: Submission, envelope: Envelope) => void
}

/** Decode, signer's key, signature in workers: what comes out keeps the order in which it came in. */
export class Intake {
  readonly #options: IntakeOptions
  readonly #keyOf: (envelope: Envelope) => Uint8Array | undefined
  readonly #order: Submission[] = []
  #queue: Submission[] = []
  #batches = 0
  #pumping = false

  constructor(options: IntakeOptions) {
    this.#options = options
    this.#keyOf = signerKeys(options.app)
  }

  take(submission: Submission): void {
    const decoded = decodeEnvelope(submission.text, { sha256: nodeSha256 })
    if (!decoded.ok) {
      const hash = Buffer.from(nodeSha256(submission.text)).toString('hex')
      submission.answer(plainTx({ hash, code: decoded.code, data: decoded.data, events: [] }))
      return
    }
    submission.envelope = decoded.value
    submission.publicKey = this.#keyOf(decoded.value)
    if (submission.publicKey === undefined) {
      submission.answer(this.#withoutKey(decoded.value))
      return
    }
    this.#order.push(submission)
    this.#queue.push(submission)
    this.#pumpSoon()
  }

  /** One turn later, so that what arrives together is checked together. */
  #pumpSoon(): void {
    if (this.#pumping) return
    this.#pumping = true
    setImmediate(() => {
      this.#pumping = false
      this.#pump()
    })
  }

  #pump(): void {
    const lanes = Math.max(1, this.#options.pool.workers * BATCHES_PER_WORKER)
    while (this.#queue.length > 0 && this.#batches < lanes) {
      const fair = Math.ceil(this.#queue.length / (lanes - this.#batches))
      const size = Math.min(MAX_BATCH, fair)
      const batch = this.#queue.slice(0, size)
      this.#queue = this.#queue.slice(size)
      this.#batches += 1
      void this.#check(batch)
    }
  }

  async #check(batch: readonly Submission[]): Promise<void> {
    const items = batch.map(itemOf)
    const verdicts = await this.#options.pool.verify(items).catch(() => verifyInPlace().verify(items))
    batch.forEach((submission, i) => {
      submission.valid = verdicts[i] === 1
    })
    this.#batches -= 1
    this.#pump()
    this.#release()
  }

  #release(): void {
    let decided = 0
    while (decided < this.#order.length && this.#order[decided]?.valid !== undefined) decided += 1
    for (const submission of this.#order.splice(0, decided)) {
      const { envelope, valid } = submission
      if (envelope === undefined) continue
      if (valid === true) this.#options.onVerified(submission, envelope)
      else submission.answer(refusal(envelope, 'SIGNATURE_INVALID'))
    }
  }

  /** The machine knows best why there is no key; it refuses whatever is not verified. */
  #withoutKey(envelope: Envelope): TxResult {
    const checked = this.#options.app.check({ envelope, verifiedWith: undefined }, this.#options.clock())
    return checked.code === 'OK' ? refusal(envelope, 'SIGNER_UNKNOWN') : plainTx(checked)
  }
}

/** The result of a transaction that an engine itself refuses. */
export function refusal(envelope: Envelope, code: 'SIGNATURE_INVALID' | 'SIGNER_UNKNOWN'): TxResult {
  return { hash: envelope.hash, code, data: { kid: envelope.header.kid }, events: [] }
}

const NOTHING = new Uint8Array()

function itemOf({ envelope, publicKey }: Submission): VerifyItem {
  return {
    publicKey: publicKey ?? NOTHING,
    signingInput: envelope?.signingInput ?? '',
    signature: envelope?.signature ?? NOTHING,
  }
}
