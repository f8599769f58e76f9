import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { nodePorts, type Wallet, walletFromSeed } from '@conet/client'
import type { Consortium } from './consortium.js'
import type { Member } from './member.js'
import { ASSET, LID } from './place.js'

/** Between two transfers of a lane: the machine is shared, the order of things is what is tested. */
const PACE_MS = 40
const ANSWER_MS = 5_000

/** What became of a transfer, as its sender was told. */
export type Receipt = 'accepted' | 'refused' | 'unknown'

/** Transfers one after another in every lane, through every node in turn, with what was told of each. */
export class Load {
  /** By hash of the message: what it moves, and what the sender was told. */
  readonly sent = new Map<string, { readonly amount: bigint; receipt: Receipt; code: string }>()
  /** Who is paid: nobody else pays into it, and it never pays. */
  readonly sink = walletFromSeed(randomBytes(32), nodePorts).did
  /** Longest time in which nothing at all was accepted. */
  longestGapMs = 0
  readonly #consortium: Consortium
  readonly #ending = new AbortController()
  #lanes: Promise<unknown> = Promise.resolve()
  #lastMs = performance.now()
  #turn = 0

  constructor(consortium: Consortium) {
    this.#consortium = consortium
  }

  start(): void {
    this.#lastMs = performance.now()
    this.#lanes = Promise.all(this.#consortium.senders.map(wallet => this.#lane(wallet)))
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    await this.#lanes
  }

  count(receipt: Receipt): number {
    return [...this.sent.values()].filter(one => one.receipt === receipt).length
  }

  /** One transfer through this node. */
  async pay(member: Member, wallet: Wallet, amount = 1n): Promise<Receipt> {
    const tx = wallet.signTransfer(LID, { to: this.sink, asset: ASSET, amount })
    const entry = { amount, receipt: 'unknown' as Receipt, code: '' }
    this.sent.set(hashOf(tx), entry)
    const answer = await post(member, tx)
    entry.code = answer.code
    entry.receipt = answer.receipt
    if (answer.receipt === 'accepted') this.#accepted()
    return answer.receipt
  }

  /** Tries through this node until a transfer is accepted. @returns whether one was in time */
  async probe(member: Member, withinMs: number): Promise<boolean> {
    const [wallet] = this.#consortium.senders
    if (wallet === undefined) throw new Error('a network needs a lane')
    for (const end = performance.now() + withinMs; performance.now() < end; await pause(200)) {
      if ((await this.pay(member, wallet)) === 'accepted') return true
    }
    return false
  }

  async #lane(wallet: Wallet): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const running = this.#consortium.running
      const member = running[this.#turn++ % Math.max(1, running.length)]
      if (member !== undefined) await this.pay(member, wallet, BigInt(1 + (this.#turn % 7)))
      await pause(PACE_MS, undefined, { signal: this.#ending.signal }).catch(() => undefined)
    }
  }

  #accepted(): void {
    const now = performance.now()
    this.longestGapMs = Math.max(this.longestGapMs, Math.round(now - this.#lastMs))
    this.#lastMs = now
  }
}

async function post(member: Member, tx: string): Promise<{ receipt: Receipt; code: string }> {
  try {
    const response = await fetch(`${member.node.url}/v1/txs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tx }),
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    const answer = (await response.json()) as { code?: string; error?: { code: string } }
    if (!response.ok) return { receipt: 'unknown', code: answer.error?.code ?? String(response.status) }
    return { receipt: answer.code === 'OK' ? 'accepted' : 'refused', code: answer.code ?? '' }
  } catch (error) {
    return { receipt: 'unknown', code: error instanceof Error ? error.name : String(error) }
  }
}

/** How results name a transaction: SHA-256 of what was signed. */
function hashOf(tx: string): string {
  return Buffer.from(nodePorts.sha256(tx.slice(0, tx.lastIndexOf('.')))).toString('hex')
}
