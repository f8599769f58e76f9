import type { Application, SignedTx, TxResult } from '@conet/core/ledger'
import { decodeEnvelope, type Envelope } from '@conet/core/wire'
import { plainTx } from '../blocks/index.js'
import type { Clock } from '../contract-application.js'
import { nodeSha256, type VerifiedCache, type VerifyPool, verifyInPlace } from '../verify/index.js'
import { sameKey, signerKeys } from './signer-keys.js'

/** Signatures per batch: large enough to make hand-over cheap, small enough to spread over the workers. */
const MAX_BATCH = 128
/** Batches under way per worker, so that none waits while its answer travels. */
const BATCHES_PER_WORKER = 2

/** What becomes of a transaction that was taken in. */
export interface Verdicts {
  /** Passed every check, in order of arrival. */
  accepted(tx: SignedTx): void
  refused(result: TxResult): void
}

interface Pending {
  readonly envelope: Envelope
  readonly publicKey: Uint8Array
  readonly verdicts: Verdicts
  /** `undefined` while a worker has it. */
  valid: boolean | undefined
}

/** Decode, signer's key, signature in workers, admission check: what comes out keeps the order in which it came in. */
export class Intake {
  readonly #app: Application
  readonly #pool: VerifyPool
  readonly #cache: VerifiedCache
  readonly #clock: Clock
  readonly #keyOf: (envelope: Envelope) => Uint8Array | undefined
  readonly #order: Pending[] = []
  #queue: Pending[] = []
  #batches = 0
  #pumping = false

  constructor(app: Application, pool: VerifyPool, cache: VerifiedCache, clock: Clock) {
    this.#app = app
    this.#pool = pool
    this.#cache = cache
    this.#clock = clock
    this.#keyOf = signerKeys(app)
  }

  take(text: string, verdicts: Verdicts): void {
    const decoded = decodeEnvelope(text, { sha256: nodeSha256 })
    if (!decoded.ok) {
      const hash = Buffer.from(nodeSha256(text)).toString('hex')
      verdicts.refused(plainTx({ hash, code: decoded.code, data: decoded.data, events: [] }))
      return
    }
    const envelope = decoded.value
    const publicKey = this.#keyOf(envelope)
    if (publicKey === undefined) {
      verdicts.refused(this.#refusal(envelope, 'SIGNER_UNKNOWN'))
      return
    }
    const valid = sameKey(this.#cache.get(envelope), publicKey) ? true : undefined
    const pending: Pending = { envelope, publicKey, verdicts, valid }
    this.#order.push(pending)
    if (valid === undefined) this.#queue.push(pending)
    this.#pumpSoon()
  }

  /** One turn later, so that what arrives together is checked together. */
  #pumpSoon(): void {
    if (this.#pumping) return
    this.#pumping = true
    setImmediate(() => {
      this.#pumping = false
      this.#pump()
      this.#release()
    })
  }

  #pump(): void {
    const lanes = Math.max(1, this.#pool.workers * BATCHES_PER_WORKER)
    while (this.#queue.length > 0 && this.#batches < lanes) {
      const fair = Math.ceil(this.#queue.length / (lanes - this.#batches))
      const size = Math.min(MAX_BATCH, fair)
      const batch = this.#queue.slice(0, size)
      this.#queue = this.#queue.slice(size)
      this.#batches += 1
      void this.#check(batch)
    }
  }

  async #check(batch: readonly Pending[]): Promise<void> {
    const items = batch.map(({ envelope, publicKey }) => ({
      publicKey,
      signingInput: envelope.signingInput,
      signature: envelope.signature,
    }))
    const verdicts = await this.#pool.verify(items).catch(() => verifyInPlace().verify(items))
    batch.forEach((pending, i) => {
      pending.valid = verdicts[i] === 1
    })
    this.#batches -= 1
    this.#pump()
    this.#release()
  }

  #release(): void {
    let decided = 0
    while (decided < this.#order.length && this.#order[decided]?.valid !== undefined) decided += 1
    for (const pending of this.#order.splice(0, decided)) this.#admit(pending)
  }

  #admit({ envelope, publicKey, verdicts, valid }: Pending): void {
    if (valid !== true) {
      verdicts.refused({
        hash: envelope.hash,
        code: 'SIGNATURE_INVALID',
        data: { kid: envelope.header.kid },
        events: [],
      })
      return
    }
    this.#cache.add(envelope, publicKey)
    const tx: SignedTx = { envelope, verifiedWith: publicKey }
    const checked = this.#app.check(tx, this.#clock())
    if (checked.code === 'OK') verdicts.accepted(tx)
    else verdicts.refused(plainTx(checked))
  }

  /** The machine knows best why there is no key; it refuses whatever is not verified. */
  #refusal(envelope: Envelope, otherwise: string): TxResult {
    const checked = this.#app.check({ envelope, verifiedWith: undefined }, this.#clock())
    if (checked.code !== 'OK') return plainTx(checked)
    return { hash: envelope.hash, code: otherwise, data: { kid: envelope.header.kid }, events: [] }
  }
}
