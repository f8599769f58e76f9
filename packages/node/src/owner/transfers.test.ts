import { ConetError } from '@conet/core/errors'
import { signerFromSeed } from '@conet/core/identity'
import type { TxResult } from '@conet/core/ledger'
import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryStore } from '../storage/index.js'
import { Transfers } from './transfers.js'

const ORDER = { to: 'did:key:b', asset: 'credit', amount: '5' }
const KEY = 'order-1234'

/** A ledger that takes every transaction once, and may lose its answer or its disk. */
class Ledger {
  readonly genesis = { lid: 'test', timeMs: 0, assets: [], accounts: [] }
  readonly taken = new Set<string>()
  readonly results = new Map<string, TxResult>()
  fault: 'before' | 'after' | undefined
  height = 1
  timeMs = 0
  readHeight = 1
  /** The engine remembers its last blocks only. */
  forgetful = false

  info = () => ({ lid: 'test', height: this.height, timeMs: this.timeMs, appHash: '' })
  find = (hash: string) => (this.forgetful ? undefined : this.results.get(hash))
  transaction = async (hash: string) => this.results.get(hash)

  async submit(tx: string): Promise<TxResult> {
    const full = new ConetError('DISK_FULL', 'no room', { verdict: 'retry' })
    if (this.fault === 'before') throw full
    const hash = await hashOf(tx)
    if (this.taken.has(tx)) return { hash, code: 'REPLAYED', data: {}, events: [] }
    this.taken.add(tx)
    this.results.set(hash, { hash, code: 'OK', data: {}, events: [] })
    this.height++
    if (this.fault === 'after') throw full
    this.readHeight = this.height
    return { hash, code: 'OK', data: {}, events: [] }
  }
}

async function hashOf(tx: string): Promise<string> {
  const bytes = new TextEncoder().encode(tx.slice(0, tx.lastIndexOf('.')))
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
}

describe('paying from the own account', () => {
  let ledger: Ledger
  let store: MemoryStore
  let now: number
  const transfers = () =>
    new Transfers({
      engine: ledger,
      now: () => now,
      random: size => crypto.getRandomValues(new Uint8Array(size)),
      signer: signerFromSeed(new Uint8Array(32).fill(3)),
      store,
      recorded: {
        transaction: ledger.transaction,
        get height() {
          return ledger.readHeight
        },
      },
    })
  beforeEach(() => {
    ledger = new Ledger()
    store = new MemoryStore()
    now = 1_700_000_000_000
  })

  it.each(['before', 'after'] as const)(
    'pays once when the disk is full %s the transfer, also after a restart',
    async fault => {
      ledger.fault = fault
      await expect(transfers().pay(ORDER, KEY)).rejects.toMatchObject({ code: 'DISK_FULL' })
      ledger.fault = undefined
      expect(await transfers().pay(ORDER, KEY)).toMatchObject({ code: 'OK' })
      expect(await transfers().pay(ORDER, KEY)).toMatchObject({ code: 'OK' })
      expect(ledger.taken.size).toBe(1)
    },
  )

  it('pays once when two ask at the same time', async () => {
    const own = transfers()
    const answers = await Promise.all([own.pay(ORDER, KEY), own.pay(ORDER, KEY), own.pay(ORDER, KEY)])
    expect(answers.map(answer => answer.code)).toEqual(['OK', 'OK', 'OK'])
    expect(ledger.taken.size).toBe(1)
  })

  it('finds what was made long ago in the read model, and waits for one that lags', async () => {
    ledger.fault = 'after'
    await expect(transfers().pay(ORDER, KEY)).rejects.toMatchObject({ code: 'DISK_FULL' })
    ledger.fault = undefined
    ledger.forgetful = true
    now += 3_600_000
    const results = new Map(ledger.results)
    ledger.results.clear()
    await expect(transfers().pay(ORDER, KEY)).rejects.toMatchObject({ code: 'BUSY', verdict: 'retry' })
    for (const [hash, result] of results) ledger.results.set(hash, result)
    ledger.readHeight = ledger.height
    expect(await transfers().pay(ORDER, KEY)).toMatchObject({ code: 'OK' })
    expect(ledger.taken.size).toBe(1)
  })

  it('signs anew what expired without being taken', async () => {
    ledger.fault = 'before'
    await expect(transfers().pay(ORDER, KEY)).rejects.toMatchObject({ code: 'DISK_FULL' })
    ledger.fault = undefined
    now += 3_600_000
    expect(await transfers().pay(ORDER, KEY)).toMatchObject({ code: 'OK' })
    expect(ledger.taken.size).toBe(1)
  })

  it('signs by the ledger’s time while the own clock is behind it', async () => {
    ledger.timeMs = now + 4 * 3_600_000
    ledger.fault = 'before'
    const failed = (await transfers()
      .pay(ORDER, KEY)
      .catch(cause => cause)) as ConetError
    const [, payload = ''] = String(failed.data.tx).split('.')
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    expect(exp * 1_000).toBeGreaterThan(ledger.timeMs)
    // Expired there, although not by the own clock: signed anew.
    ledger.fault = undefined
    ledger.timeMs += 3_600_000
    await transfers().pay(ORDER, KEY)
    expect(ledger.taken).not.toContain(failed.data.tx)
  })

  it('refuses a key that stands for another transfer, and pays each key of its own', async () => {
    await transfers().pay(ORDER, KEY)
    await expect(transfers().pay({ ...ORDER, amount: '6' }, KEY)).rejects.toMatchObject({ code: 'TRANSFER_KEY' })
    await transfers().pay(ORDER, 'another-key')
    expect(ledger.taken.size).toBe(2)
  })

  it('hands out the transaction when it fails without a key, so that it can be handed in again', async () => {
    ledger.fault = 'after'
    const error = await transfers()
      .pay(ORDER)
      .catch((cause: ConetError) => cause)
    const tx = String((error as ConetError).data.tx)
    ledger.fault = undefined
    expect(await ledger.submit(tx)).toMatchObject({ code: 'REPLAYED' })
    expect(ledger.taken.size).toBe(1)
  })

  it('forgets keys a day after they expired', async () => {
    await transfers().pay(ORDER, KEY)
    now += 25 * 3_600_000
    await transfers().pay(ORDER, 'another-key')
    expect([...store.range('transfer/', 'transfer0', 10)].map(([key]) => key)).toEqual(['transfer/another-key'])
  })
})
