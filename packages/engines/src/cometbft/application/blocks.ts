import type { Block, Misbehaviour, SignedTx, TxResult } from '@conet/core/ledger'
import type { Hash } from '@conet/core/units'
import { engineError } from '../../codes.js'
import type { CommittedBlock } from '../../contract.js'
import type { Clock } from '../../contract-application.js'
import { nextDueMs } from '../../due.js'
import type { Replica } from '../../replica/index.js'
import {
  type BlockRequest,
  type Calls,
  exact,
  type Misbehavior,
  millis,
  type TxOutcome,
  type ValidatorUpdate,
} from '../abci/index.js'
import { outcomeOf } from './admission.js'
import { packBundles } from './bundle.js'
import { type Bundle, isBundle, type KnownTx, type TxBook } from './tx-book.js'
import { isWake } from './wake.js'

/** About a tenth of a second of applying: bounds how long one block keeps the event loop. */
const MAX_BLOCK_TXS = 4_000
/** Before a text in a block: the field's number, and its length, which is below 2 MiB. */
const FIELD_BYTES = 4
/**
 * A block's time is when its predecessor was voted for. After a quiet hour that is an hour ago, and a fresh transaction
 * would be refused as one from the future: such a block is proposed empty, and the next one has the time of now.
 */
const STALE_MS = 10_000
const ACCEPT = 1
const REJECT = 2
const KINDS = { 1: 'duplicate-vote', 2: 'light-client-attack' } as const

/** A decided block, run and not yet durable; `block` is left out if nothing happened in it. */
interface Staged {
  readonly engineHeight: number
  readonly block: CommittedBlock | undefined
  readonly bundles: readonly Bundle[]
}

/** A text of the mempool, how many it holds, and those that may be in the next block. */
interface Waiting {
  readonly text: string
  readonly size: number
  readonly members: readonly KnownTx[]
}

export interface BlocksOptions {
  readonly replica: Replica
  readonly book: TxBook
  readonly clock: Clock
  /** Whether a block has run it with success, as far as this node remembers. */
  readonly hasRun: (hash: Hash) => boolean
  /** Told of every block that became durable. */
  readonly onCommitted: (block: CommittedBlock) => void
  /** Makes a block durable, however often that must be tried. */
  readonly commit: (block: CommittedBlock) => Promise<void>
}

/**
 * The four calls that make a block. CometBFT also decides blocks in which nothing happens (it proves each app hash by one
 * more); the ledger has no such blocks, so a replica's height counts only those that changed something.
 */
export class Blocks {
  readonly #options: BlocksOptions
  readonly #replica: Replica
  #staged: Staged | undefined
  #height: number

  constructor(options: BlocksOptions) {
    this.#options = options
    this.#replica = options.replica
    this.#height = options.replica.engineHeight()
  }

  /** Last height that CometBFT has committed here; it may lie above the durable one by blocks in which nothing happened. */
  get engineHeight(): number {
    return this.#height
  }

  /** Picks from the mempool what can be in a block. The first block has none: its time is that of the genesis. */
  async prepare(request: Calls['prepareProposal']['request']): Promise<Calls['prepareProposal']['response']> {
    const { clock } = this.#options
    const timeMs = millis(request.time)
    if (exact(request.height, 'a height') === 1 || timeMs + STALE_MS < clock()) return { txs: [] }
    const waiting = await this.#waiting(request.txs)
    const { app } = this.#replica
    const { height, timeMs: lastMs } = app.info()
    const context = { height: height + 1, timeMs: Math.max(timeMs, lastMs) }
    // By the clock the door has called it expired, and whoever waited was told: a block whose time is behind is too late too.
    const now = { height: height + 1, timeMs: Math.max(clock(), context.timeMs) }
    const all = waiting.flatMap(({ members }) => members)
    const inTime = app.prepareProposal(all, now, Number.POSITIVE_INFINITY)
    const chosen = new Set(app.prepareProposal(inTime, context, exact(request.maxTxBytes, 'the size of a block')))
    // Whatever ran, came before, or is too late, is left out of its bundle.
    const texts = waiting.flatMap(({ text, size, members }) => {
      const left = members.filter(tx => chosen.has(tx))
      return left.length === size ? [text] : packBundles(left.map(tx => tx.envelope.text))
    })
    return { txs: fitting(texts, exact(request.maxTxBytes, 'the size of a block')) }
  }

  /** What may be in the next block, each transaction once, by the texts that brought it. */
  async #waiting(txs: readonly Uint8Array[]): Promise<Waiting[]> {
    const { book, hasRun } = this.#options
    const waiting: Waiting[] = []
    const hashes = new Set<Hash>()
    // Two nodes may have bundled the same. Neither counts: a few transactions in ever new company would hold up all others.
    const isNew = ({ envelope: { hash } }: KnownTx) => {
      const { size } = hashes
      return !hasRun(hash) && hashes.add(hash).size > size
    }
    for (const bytes of txs) {
      const text = textOf(bytes)
      if (isWake(text)) continue
      const read = book.bundle(text) ?? (await book.readBundle(text))
      const members = (isBundle(read) ? read.members : read.rest).filter(isNew)
      if (hashes.size > MAX_BLOCK_TXS) break
      waiting.push({ text, size: isBundle(read) ? read.members.length : Number.POSITIVE_INFINITY, members })
    }
    return waiting
  }

  /** Accepts all but what no honest validator proposes: unreadable or forged transactions, too many, any in the first block. */
  async process(request: BlockRequest): Promise<Calls['processProposal']['response']> {
    const most = exact(request.height, 'a height') === 1 ? 0 : MAX_BLOCK_TXS
    // Each text holds one at least: what is too much is not read at all.
    const bundles = request.txs.length > most ? undefined : await this.#verified(request.txs, most)
    const isGood = bundles !== undefined && this.#replica.app.processProposal(this.#blockOf(request, bundles))
    return { status: isGood ? ACCEPT : REJECT }
  }

  /** Runs a decided block. @throws ConetError `BLOCK_MALFORMED` if more than 1/3 of the validators are dishonest */
  async finalize(request: BlockRequest): Promise<Calls['finalizeBlock']['response']> {
    const engineHeight = exact(request.height, 'a height')
    const bundles = await this.#verified(request.txs, Number.POSITIVE_INFINITY)
    if (bundles === undefined) {
      const message = `The validators decided block ${engineHeight} with a transaction that is unreadable or forged.`
      throw engineError('BLOCK_MALFORMED', message, { height: engineHeight })
    }
    const block = this.#blockOf(request, bundles)
    if (this.#isIdle(block)) {
      this.#staged = { engineHeight, block: undefined, bundles }
      return { txResults: [], validatorUpdates: [], appHash: Buffer.from(this.#replica.info().appHash, 'hex') }
    }
    const made = this.#replica.finalize(block, engineHeight)
    this.#staged = { engineHeight, block: made, bundles }
    const { results, validatorUpdates = [], appHash } = made.result
    return {
      txResults: outcomesOf(bundles, results),
      validatorUpdates: validatorUpdates.map(updateOf),
      appHash: Buffer.from(appHash, 'hex'),
    }
  }

  /** Makes the decided block durable. */
  async commit(): Promise<Calls['commit']['response']> {
    const staged = this.#staged
    if (staged === undefined) throw new Error('a commit without a finalized block')
    this.#staged = undefined
    if (staged.block !== undefined) {
      await this.#options.commit(staged.block)
      for (const bundle of staged.bundles) this.#options.book.forget(bundle)
      this.#options.onCommitted(staged.block)
    }
    this.#height = staged.engineHeight
    return { retainHeight: 0 }
  }

  #blockOf(request: BlockRequest, bundles: readonly Bundle[]): Block {
    const { height, timeMs } = this.#replica.info()
    const txs: readonly SignedTx[] = bundles.flatMap(bundle => bundle.members)
    const evidence = request.misbehavior.map(evidenceFrom)
    const block = { height: height + 1, timeMs: Math.max(timeMs, millis(request.time)), txs }
    return evidence.length === 0 ? block : { ...block, evidence }
  }

  #isIdle({ txs, evidence, timeMs }: Block): boolean {
    const due = nextDueMs(this.#replica.app)
    return txs.length === 0 && evidence === undefined && (due === undefined || due > timeMs)
  }

  /** @returns `undefined` if one of them is unreadable, of an unknown signer, or forged, or if they hold more than `most` */
  #verified(txs: readonly Uint8Array[], most: number): Promise<Bundle[] | undefined> {
    return this.#options.book.readAll(txs.map(textOf), most)
  }
}

/**
 * The first of the texts, as CometBFT counts them: in its message each has a byte for its field and its length before it. What
 * is packed anew may be larger than the bundle it comes from, and a proposal that is too large is none at all.
 */
function fitting(texts: readonly string[], maxBytes: number): Buffer[] {
  const fit: Buffer[] = []
  let bytes = 0
  for (const text of texts) {
    bytes += FIELD_BYTES + text.length
    if (bytes > maxBytes) break
    fit.push(Buffer.from(text, 'latin1'))
  }
  return fit
}

/** One character for each byte. Envelopes are ASCII; anything else fails to decode. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

const GOOD: TxOutcome = { code: 0 }

/** CometBFT wants one result for each text. Who waits for a member of a bundle is answered by the ledger's own. */
function outcomesOf(bundles: readonly Bundle[], results: readonly TxResult[]): TxOutcome[] {
  let next = 0
  return bundles.map(({ members }) => {
    const first = results[next]
    next += members.length
    return members.length === 1 && first !== undefined ? outcomeOf(first) : GOOD
  })
}

function updateOf({ publicKey, power }: { publicKey: string; power: number }): ValidatorUpdate {
  return { pubKey: { ed25519: Buffer.from(publicKey, 'hex') }, power }
}

function evidenceFrom({ type, validator, height, time, totalVotingPower }: Misbehavior): Misbehaviour {
  const kind = KINDS[type as 1 | 2]
  if (kind === undefined || validator === null) throw new Error(`evidence of a kind ${type} that is not known`)
  return {
    kind,
    validator: Buffer.from(validator.address).toString('hex'),
    height: exact(height, 'a height'),
    timeMs: millis(time),
    totalPower: exact(totalVotingPower, 'voting power'),
  }
}
