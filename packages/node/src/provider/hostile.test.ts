import { ConetError } from '@conet/core/errors'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { MemoryStore } from '../storage/index.js'
import { Records } from './records/index.js'
import { FakeChannel, key, TERMS } from './testing/fake-client.js'
import { settled, type TestClient, World } from './testing/set-up.js'

let world: World
afterEach(() => world.stop())

async function running(...args: ConstructorParameters<typeof World>): Promise<World> {
  world = new World(...args)
  await world.service.start()
  return world
}

/** A client with an open statement it has not answered. */
async function stated(): Promise<TestClient> {
  const client = (await world.client(1)).attach(false)
  await world.clock.advance(TERMS.trialMs - 900)
  expect(client.lastStatement()).not.toBe('')
  return client
}

const lastError = (channel: FakeChannel) => channel.notes.at(-1)?.error?.code

describe('a voucher', () => {
  it.each([
    [{ owed: '1' }, 'VOUCHER_MISMATCH'],
    [{ owed: '9999999' }, 'VOUCHER_MISMATCH'],
    [{ owed: '-5' }, 'PAYLOAD_MALFORMED'],
    [{ owed: '1.5' }, 'PAYLOAD_MALFORMED'],
    [{ owed: '1'.repeat(40) }, 'PAYLOAD_MALFORMED'],
    [{ asset: 'other' }, 'VOUCHER_MISMATCH'],
    [{ statement: 'ab'.repeat(32) }, 'STATEMENT_UNKNOWN'],
    [{ round: 7 }, 'VOUCHER_MISMATCH'],
    [{ lid: 'other' }, 'VOUCHER_MISMATCH'],
    [{ sid: 'ab'.repeat(16) }, 'VOUCHER_MISMATCH'],
    [{ client: 'did:key:z6MkOther' }, 'VOUCHER_MISMATCH'],
    [{ shares: [{ to: 'did:key:z6MkOther', bps: 100 }] }, 'VOUCHER_MISMATCH'],
    [{ escrow: 'ab'.repeat(16) }, 'VOUCHER_MISMATCH'],
  ])('with %j extends nothing', async (over, expected) => {
    await running()
    const client = await stated()
    const before = world.gateway.open_.get(client.sid)?.until
    client.channel.say(client.voucher(client.lastStatement(), over))
    await world.clock.advance(100)
    expect(lastError(client.channel)).toBe(expected)
    expect(world.gateway.open_.get(client.sid)?.until).toBe(before)
    expect(new Records(world.store).voucher(client.sid)).toBeUndefined()
  })

  it('of a forged key is refused, and the line is closed after three', async () => {
    await running()
    const client = await stated()
    const good = client.voucher(client.lastStatement())
    const forged = `${good.slice(0, -4)}AAAA`
    for (let i = 0; i < 3; i++) client.channel.say(forged)
    expect(lastError(client.channel)).toBe('SIGNATURE_INVALID')
    expect(client.channel.closed).toMatchObject({ code: 1008 })
    const stranger = { ...client, signer: key(77) }
    expect(stranger.signer.did).not.toBe(client.signer.did)
  })

  it('said on a line by somebody else attaches nothing and takes nothing over', async () => {
    await running()
    const client = await stated()
    const thief = new FakeChannel()
    world.service.attach(client.sid, thief)
    const other = await world.client(2)
    thief.say(other.request)
    expect(lastError(thief)).toBe('NOT_ATTACHED')
    thief.say('hello')
    thief.say('{}')
    expect(thief.closed).toMatchObject({ code: 1008 })
    expect(thief.statements).toEqual([])
    expect(client.channel.closed).toBeUndefined()
  })

  it('is monotone: whatever is replayed or reordered, promise and access never fall', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 30 }), async picks => {
        await running()
        const client = (await world.client(1)).attach(false)
        const vouchers: string[] = []
        let until = 0
        let promised = 0n
        for (const pick of [...picks, 0]) {
          await world.clock.advance(500)
          const statement = client.lastStatement()
          if (statement !== '') vouchers.push(client.voucher(statement))
          const voucher = vouchers[vouchers.length - 1 - (pick % Math.max(1, vouchers.length))]
          if (voucher !== undefined) client.channel.say(voucher)
          await world.clock.advance(60)
          const access = world.gateway.open_.get(client.sid)?.until ?? until
          expect(access).toBeGreaterThanOrEqual(until)
          until = access
          const view = client.view
          expect(view?.promised ?? promised).toBeGreaterThanOrEqual(promised)
          promised = view?.promised ?? promised
        }
        await world.stop()
        expect(world.ledger.settledOf.get(client.sid) ?? 0n).toBe(promised)
      }),
      { numRuns: 15 },
    )
  })
})

describe('a client', () => {
  it('that never reads does not grow the queue without end: the same statement is sent again, and then it is cut', async () => {
    await running()
    const client = (await world.client(1)).attach(false)
    await world.clock.advance(20_000)
    expect(client.channel.received.length).toBeLessThan(12)
    expect(client.view?.reason).toBe('NOT_PAID')
  })

  it('that disputes the count ends the session, and both signed counts are kept', async () => {
    await running()
    const client = await stated()
    const text = client.goodbye('METER_DISPUTE')
    client.channel.say(text)
    await settled()
    const evidence = new Records(world.store).evidence(client.sid)
    expect(evidence).toMatchObject({ why: 'METER_DISPUTE' })
    expect(evidence?.envelopes).toEqual([client.lastStatement(), text])
    expect(world.of('disputed')).toHaveLength(1)
    expect(world.gateway.open_.has(client.sid)).toBe(false)
  })

  it('that is denied later is cut at once', async () => {
    await running()
    const client = (await world.client(1)).attach()
    await world.clock.advance(5_000)
    await world.service.end(client.sid, 'DENIED')
    expect(world.gateway.carry(client.sid, 1n)).toBe(0n)
    expect(client.view?.reason).toBe('DENIED')
  })
})

describe('a clever client', () => {
  it.each(['CLIENT_DONE', 'FAULT', 'GATEWAY_LOST', 'METER_DISPUTE'])(
    'that pays once, uses its credit and leaves with %s loses its credit and a trial each time',
    async reason => {
      await running()
      const outcomes: boolean[] = []
      for (let i = 0; i < 5; i++) {
        const client = (await world.client(1)).attach(false)
        outcomes.push(client.outcome.ok)
        if (!client.outcome.ok) break
        await world.clock.advance(TERMS.trialMs - 900)
        client.channel.say(client.voucher(client.lastStatement()))
        await world.clock.advance(200)
        world.gateway.carry(client.sid, 10n ** 10n)
        await settled()
        client.leave(reason)
        await world.clock.advance(6_000)
        expect(client.view?.owed ?? 0n).toBeGreaterThan(client.view?.promised ?? 0n)
        expect(world.store.get(`k/credit/${client.signer.did}`)).toBeUndefined()
      }
      expect(outcomes).toEqual([true, true, true, false])
    },
  )

  it.each([
    ['time alone', 0n],
    ['time and bytes', 1_000_000n],
  ])('cannot live on the beginnings of rounds where %s costs', async (_, perGiB) => {
    const terms = { ...TERMS, tariff: { ...TERMS.tariff, perGiB } }
    await running({ offer: id => ({ id, version: 1, terms, active: true }) })
    const refused: string[] = []
    for (let i = 0; i < 10; i++) {
      const client = await world.client(1)
      if (!client.outcome.ok) {
        refused.push(client.outcome.code)
        continue
      }
      client.attach()
      world.gateway.carry(client.sid, 50_000n)
      await world.clock.advance(TERMS.trialMs - 1_010)
      client.leave()
      await world.clock.advance(6_000)
      expect(client.view?.owed).toBe(client.view?.promised)
    }
    expect(refused).toEqual(Array.from({ length: 7 }, () => 'TRIALS_USED_UP'))
  })

  it('cannot open more sessions than one balance pays for', async () => {
    await running()
    const opened: TestClient[] = []
    for (let i = 0; i < 10; i++) {
      const client = await world.client(1, i === 0 ? { money: 300_000n } : {})
      if (client.outcome.ok) opened.push(client.attach())
      else expect(client.outcome.code).toBe('BALANCE_TOO_LOW')
      await world.clock.advance(1_500)
      world.gateway.carry(client.sid, 40_000_000n)
      await world.clock.advance(200)
    }
    await world.clock.advance(60_000)
    expect(opened.length).toBeGreaterThan(0)
    expect(opened.length).toBeLessThanOrEqual(2)
    expect(world.ledger.debts.get(key(1).did) ?? 0n).toBe(0n)
  })

  it('is cut with its paid time when its promises reach the end of its money', async () => {
    await running()
    const client = (await world.client(1, { money: 150_000n })).attach()
    for (let i = 0; i < 60; i++) {
      world.gateway.carry(client.sid, 5_000_000n)
      await world.clock.advance(5_000)
    }
    expect(client.view?.phase).toBe('closed')
    // At most the one round that was under way.
    expect(world.ledger.debts.get(client.signer.did) ?? 0n).toBeLessThanOrEqual(30_000n)
  })

  it('is cut with its paid time when it sends its money elsewhere', async () => {
    await running()
    const client = (await world.client(1, { money: 10_000_000n })).attach()
    for (let i = 0; i < 40; i++) {
      if (i === 4) {
        world.ledger.balances.set(client.signer.did, 0n)
        world.service.spentOnLedger(client.signer.did)
      }
      world.gateway.carry(client.sid, 5_000_000n)
      await world.clock.advance(5_000)
    }
    expect(client.view?.phase).toBe('closed')
    // What was promised until then and not settled, and the round that was under way; a minute's promises otherwise.
    expect(world.ledger.debts.get(client.signer.did) ?? 0n).toBeLessThanOrEqual(70_000n)
  })

  it('cannot take a line over with a voucher that everyone can read on the ledger', async () => {
    await running()
    const client = (await world.client(1)).attach()
    await world.clock.advance(5_000)
    const thief = new FakeChannel()
    world.service.attach(client.sid, thief)
    thief.say(new Records(world.store).voucher(client.sid) ?? '')
    expect(lastError(thief)).toBe('NOT_ATTACHED')
    expect(client.channel.closed).toBeUndefined()
  })

  it('cannot keep lines open that prove nothing, nor many of them', async () => {
    await running()
    const client = (await world.client(1)).attach()
    const lines = Array.from({ length: 6 }, () => new FakeChannel())
    const taken = lines.filter(line => world.service.attach(client.sid, line).ok)
    expect(taken).toHaveLength(4)
    await world.clock.advance(11_000)
    expect(taken.every(line => line.closed?.code === 1008)).toBe(true)
    const late = new FakeChannel()
    world.service.attach(client.sid, late)
    const ended = world.service.end(client.sid, 'PROVIDER_DONE')
    await world.clock.advance(4_000)
    await ended
    expect(late.closed).toMatchObject({ code: 1008 })
  })

  it('may say goodbye ten thousand times', async () => {
    await running()
    const client = (await world.client(1)).attach()
    await world.clock.advance(1_500)
    const text = client.goodbye()
    const answers = Array.from({ length: 10_000 }, () => world.service.close(client.sid, text))
    await world.clock.advance(6_000)
    const outcomes = await Promise.all(answers)
    expect(outcomes.filter(outcome => outcome.ok).length).toBeGreaterThan(0)
    expect(world.service.totals().liveSessions).toBe(0)
  })
})

/** A disk that can be full. */
class FullStore extends MemoryStore {
  full = false

  override async put(...args: Parameters<MemoryStore['put']>): Promise<void> {
    if (this.full) throw new ConetError('DISK_FULL', 'full', { verdict: 'retry' })
    await super.put(...args)
  }
}

describe('a full disk', () => {
  it('extends nothing, says so, loses nothing, and goes on when there is room in time', async () => {
    const store = new FullStore()
    await running({}, store)
    const client = await stated()
    const voucher = client.voucher(client.lastStatement())
    const before = world.gateway.open_.get(client.sid)?.until
    store.full = true
    client.channel.say(voucher)
    await world.clock.advance(50)
    expect(lastError(client.channel)).toBe('DISK_FULL')
    expect(world.gateway.open_.get(client.sid)?.until).toBe(before)
    store.full = false
    client.channel.say(voucher)
    await world.clock.advance(50)
    expect(client.channel.notes.at(-1)).toMatchObject({ ack: { round: 1 } })
    expect(world.gateway.open_.get(client.sid)?.until).toBeGreaterThan(before ?? 0)
  })

  it('that stays full cuts at the end of what is paid, as our own fault', async () => {
    const store = new FullStore()
    await running({}, store)
    const client = await stated()
    store.full = true
    client.channel.say(client.voucher(client.lastStatement()))
    await world.clock.advance(20_000)
    expect(client.view ?? world.of('cut')[0]).toMatchObject({ reason: 'FAULT' })
    store.full = false
  })
})

describe('after a crash', () => {
  it('the highest vouchers settle once, sessions are closed, and trials stay counted', async () => {
    await running()
    const first = world
    const payer = (await world.client(1)).attach()
    const silent = await world.client(2)
    await world.clock.advance(14_000)
    expect(payer.view?.promised).toBe(20_000n)
    expect(world.ledger.settledOf.size).toBe(0)
    // No stop: a new provider starts on what the old one left.
    const { store, ledger } = world
    await running({}, store, ledger)
    await settled()
    expect(ledger.settledOf.get(payer.sid)).toBe(20_000n)
    expect(world.service.get(payer.sid)).toMatchObject({ phase: 'closed', promised: 20_000n, settled: 20_000n })
    expect(world.service.get(silent.sid)).toMatchObject({ phase: 'closed' })
    await running({}, store, ledger)
    await settled()
    expect(world.of('settled')).toEqual([])
    await first.stop()
  })
})
