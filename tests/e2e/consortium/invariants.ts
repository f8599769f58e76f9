import { createHash } from 'node:crypto'
import type { Consortium } from './consortium.js'
import type { Load } from './load.js'
import type { Member } from './member.js'
import { ASSET, FUNDS } from './place.js'

/** What all nodes must say of one height. */
interface Entry {
  readonly appHash: string
  readonly digest: string
  readonly by: string
}

/** What the nodes have shown so far, compared as it comes: a fork cannot hide behind a restart. */
export class Books {
  /** Broken promises, in words. */
  readonly violations: string[] = []
  readonly #heights = new Map<number, Entry>()
  /** Height of the block that took a transaction. */
  readonly #taken = new Map<string, number>()
  readonly #read = new Map<string, number>()

  get height(): number {
    return this.#heights.size
  }

  blame(text: string): void {
    if (this.violations.length < 50) this.violations.push(text)
  }

  taken(hash: string): boolean {
    return this.#taken.has(hash)
  }

  /** Reads on where this node's book ended; from the first block if `again`. */
  async read(member: Member, again = false): Promise<void> {
    if (again) this.#read.delete(member.name)
    for (;;) {
      const from = (this.#read.get(member.name) ?? 0) + 1
      const blocks = await member.blocks(from)
      for (const block of blocks) this.#compare(member.name, block)
      if (blocks.length === 0) return
      this.#read.set(member.name, from + blocks.length - 1)
    }
  }

  #compare(by: string, { height, timeMs, txs, result }: Awaited<ReturnType<Member['blocks']>>[number]): void {
    const digest = createHash('sha256')
      .update(JSON.stringify([height, timeMs, txs]))
      .digest('hex')
    const known = this.#heights.get(height)
    if (known === undefined) {
      this.#heights.set(height, { appHash: result.appHash, digest, by })
      for (const { hash, code } of result.results) if (code === 'OK') this.#take(hash, height)
    } else if (known.appHash !== result.appHash || known.digest !== digest) {
      this.blame(`fork: ${by} and ${known.by} have different blocks ${height}`)
    }
  }

  #take(hash: string, height: number): void {
    const before = this.#taken.get(hash)
    if (before !== undefined) this.blame(`${hash} was carried out in block ${before} and again in ${height}`)
    this.#taken.set(hash, height)
  }
}

/** What must hold in the end, when nothing is sent any more and every node has caught up. */
export async function checkAll(consortium: Consortium, load: Load, books: Books): Promise<void> {
  const { running } = consortium
  for (const member of running) await books.read(member, true)
  for (const [hash, { receipt, code }] of load.sent) {
    if (receipt === 'accepted' && !books.taken(hash)) books.blame(`lost: ${hash} was accepted and is in no block`)
    // Only an authentic refusal is final; one at the door says nothing about other doors.
    if (receipt === 'refused' && code === '') books.blame(`${hash} was refused without a code`)
  }
  for (const member of running) await checkMoney(member, consortium, load, books)
}

/** Nothing is made or lost: accounts of all owners, senders and the sink; and the sink has what blocks gave it. */
async function checkMoney(member: Member, consortium: Consortium, load: Load, books: Books): Promise<void> {
  const owners = [...consortium.members.values()].map(({ did }) => did)
  const funded = [...owners, ...consortium.senders.map(({ did }) => did)]
  const sums = await Promise.all([load.sink, ...funded].map(owner => member.balance(owner, ASSET)))
  const total = sums.reduce((sum, balance) => sum + balance, 0n)
  const supply = FUNDS * BigInt(funded.length)
  if (total !== supply) books.blame(`value: ${member.name} counts ${total} of ${supply} micro-credits`)
  let paid = 0n
  for (const [hash, { amount }] of load.sent) if (books.taken(hash)) paid += amount
  if (sums[0] !== paid) books.blame(`value: ${member.name} gave ${sums[0]}, its blocks say ${paid} micro-credits`)
}
