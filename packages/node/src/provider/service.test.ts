import { afterEach, describe, expect, it } from 'vitest'
import { kindOf, payloadOf, TERMS } from './testing/fake-client.js'
import { settled, World } from './testing/set-up.js'

let world: World
afterEach(() => world.stop())

async function running(...args: ConstructorParameters<typeof World>): Promise<World> {
  world = new World(...args)
  await world.service.start()
  return world
}

describe('a session', () => {
  it('serves before any contract, states, is paid, extends and settles', async () => {
    await running()
    const client = await world.client(1)
    expect(client.outcome).toMatchObject({ ok: true })
    if (client.outcome.ok) {
      const grant = payloadOf(client.outcome.value.grant)
      expect(grant).toMatchObject({ sid: client.sid, control: `/v1/sessions/${client.sid}/rounds` })
      expect(grant.accessUntil).toBe(world.clock.now() + TERMS.trialMs)
    }
    client.attach()
    world.gateway.carry(client.sid, 1_000n)
    await world.clock.advance(25_000)
    expect(client.view).toMatchObject({ phase: 'paid', roundsPaid: 3, bytesDown: 1_000n, promised: 30_000n })
    expect(world.events.map(event => event.type).slice(0, 4)).toEqual(['granted', 'statement', 'extended', 'voucher'])
    // The third confirmation waits for the next frame.
    expect(client.channel.notes.at(-1)).toMatchObject({ ack: { round: 2 } })
    await world.service.end(client.sid, 'PROVIDER_DONE')
    await settled()
    expect(world.of('settled').at(-1)).toMatchObject({ owed: 30_000n })
    expect(world.ledger.settledOf.get(client.sid)).toBe(30_000n)
    expect(client.view).toMatchObject({ phase: 'closed', reason: 'PROVIDER_DONE', settled: 30_000n })
    expect(client.channel.notes.at(-1)).toMatchObject({ ack: { round: 3 } })
    expect(kindOf(client.channel.received.at(-1) ?? '')).toBe('conet-close+jwt')
    expect(client.channel.closed).toEqual({ code: 1000, reason: 'PROVIDER_DONE' })
  })

  it('cuts within a second after the trial when nobody pays, and the trial is all that is lost', async () => {
    await running()
    const client = (await world.client(1)).attach(false)
    await world.clock.advance(TERMS.trialMs - 1)
    expect(world.gateway.carry(client.sid, 10n)).toBe(10n)
    await world.clock.advance(1)
    expect(world.gateway.carry(client.sid, 10n)).toBe(0n)
    await world.clock.advance(1_000)
    expect(world.of('cut')).toMatchObject([{ reason: 'NOT_PAID', promised: 0n }])
    expect(world.gateway.open_.has(client.sid)).toBe(false)
    await world.clock.advance(10_000)
    expect(client.view).toMatchObject({ phase: 'closed', reason: 'NOT_PAID', promised: 0n })
    expect(world.service.totals()).toMatchObject({ liveSessions: 0, exposure: 0n, lateVouchers: 0 })
  })

  it('counts a voucher that comes late, settles it, and does not open again', async () => {
    await running()
    const client = (await world.client(1)).attach(false)
    await world.clock.advance(TERMS.trialMs - 10)
    const statement = client.lastStatement()
    await world.clock.advance(200)
    client.channel.say(client.voucher(statement))
    await settled()
    await world.clock.advance(6_000)
    expect(world.service.totals().lateVouchers).toBe(1)
    expect(world.gateway.open_.has(client.sid)).toBe(false)
    expect(world.ledger.settledOf.get(client.sid)).toBe(10_000n)
  })

  it('holds the flows at the unpaid limit and lets go when the early statement is paid', async () => {
    await running()
    const client = (await world.client(1)).attach(false)
    const free = (TERMS.maxUnpaid * 2n ** 30n) / TERMS.tariff.perGiB
    expect(world.gateway.carry(client.sid, free + 5n)).toBe(free)
    await settled()
    expect(client.view?.phase).toBe('held')
    const early = client.channel.statements.at(-1)
    expect(early).toMatchObject({ round: 1, bytesDown: free.toString() })
    client.channel.say(client.voucher(client.lastStatement()))
    await world.clock.advance(20)
    expect(client.view?.phase).not.toBe('held')
    expect(world.gateway.carry(client.sid, 5n)).toBe(5n)
  })

  it('takes vouchers, statements and closes by HTTP too', async () => {
    await running()
    const client = await world.client(1)
    expect(world.service.statement(client.sid)).toEqual({ ok: true, value: { statement: undefined } })
    await world.clock.advance(TERMS.trialMs - 500)
    const open = world.service.statement(client.sid)
    const statement = open.ok ? (open.value.statement ?? '') : ''
    const ack = world.service.voucher(client.sid, client.voucher(statement))
    await world.clock.advance(20)
    expect(await ack).toMatchObject({ ok: true, value: { round: 1 } })
    const below = world.service.voucher(client.sid, client.voucher(statement, { owed: '1' }))
    expect(await below).toMatchObject({ ok: false, code: 'VOUCHER_BELOW' })
    const again = world.service.voucher(client.sid, client.voucher(statement))
    expect(await again).toMatchObject({ ok: true, value: { round: 1 } })
    expect(world.service.statement('00'.repeat(16))).toMatchObject({ code: 'SESSION_UNKNOWN' })
  })

  it('goes on over a new line, sends the open statement again and drops the old line', async () => {
    await running()
    const client = (await world.client(1)).attach(false)
    await world.clock.advance(TERMS.trialMs - 500)
    const first = client.channel
    const again = Object.assign(Object.create(Object.getPrototypeOf(client)), client, { channel: undefined })
    const { FakeChannel } = await import('./testing/fake-client.js')
    again.channel = new FakeChannel()
    again.attach(true)
    await world.clock.advance(20)
    expect(first.closed).toMatchObject({ code: 4001 })
    expect(again.channel.notes).toMatchObject([{ ack: { round: 1 } }])
    expect(client.view?.phase).toBe('paid')
  })

  it('ends at the owner’s hour, but never inside paid time', async () => {
    const end = 1_800_000_000_000 + 5_000
    await running({ admit: () => ({ ok: true, value: { untilMs: end } }) })
    const client = (await world.client(1)).attach()
    await world.clock.advance(9_900)
    expect(client.view?.phase).toBe('paid')
    await world.clock.advance(200)
    expect(world.of('cut')).toMatchObject([{ reason: 'PROVIDER_DONE', promised: 10_000n }])
  })

  it('keeps to the owner’s hour on a clock that was set back, and is cut no later', async () => {
    const end = 1_800_000_000_000 + 5_000 - 3_600_000
    await running({ admit: ({ at }) => ({ ok: true, value: { untilMs: at < end ? end : undefined } }) })
    world.clock.set(-3_600_000)
    const client = (await world.client(1)).attach()
    expect(client.outcome.ok).toBe(true)
    await world.clock.advance(10_100)
    expect(world.of('cut')).toMatchObject([{ reason: 'PROVIDER_DONE', promised: 10_000n }])
  })

  it('ends when it has carried what the owner still had for the day', async () => {
    await running({ admit: () => ({ ok: true, value: { bytesLeft: 1_000_000n } }) })
    const client = (await world.client(1)).attach()
    for (let second = 0; second < 30; second++) {
      world.gateway.carry(client.sid, 100_000n)
      await world.clock.advance(1_000)
    }
    expect(world.of('cut')).toMatchObject([{ reason: 'PROVIDER_DONE' }])
    expect(client.view).toMatchObject({ phase: 'closed', bytesDown: 1_000_000n })
    expect(client.view?.promised).toBe(client.view?.owed)
  })

  it('shows what has passed by now, not only at the end of a round', async () => {
    await running()
    const client = (await world.client(1)).attach()
    world.gateway.carry(client.sid, 1_000n)
    expect(world.service.get(client.sid)?.bytesDown).toBe(1_000n)
    expect(world.service.list({ state: 'live' }).items[0]?.bytesDown).toBe(1_000n)
  })

  it('lists open and closed sessions in pages, newest first, each once', async () => {
    await running()
    const clients: ReturnType<Awaited<ReturnType<typeof world.client>>['attach']>[] = []
    for (let i = 0; i < 5; i++) {
      clients.push((await world.client(i)).attach())
      await world.clock.advance(10)
    }
    for (const client of clients.slice(0, 2)) await world.service.end(client.sid, 'PROVIDER_DONE')
    for (const limit of [1, 2, 3, 4, 5, 100]) {
      const seen: string[] = []
      for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
        const page = world.service.list({ limit, cursor })
        expect(page.items.length).toBeLessThanOrEqual(limit)
        seen.push(...page.items.map(item => item.sid))
        cursor = page.next
      }
      expect(seen.slice(0, 3)).toEqual([4, 3, 2].map(i => clients[i]?.sid))
      expect(new Set(seen).size).toBe(5)
    }
    expect(world.service.list({ state: 'live' }).items.length).toBe(3)
    expect(world.service.list({ state: 'closed' }).items.length).toBe(2)
  })

  it.each<[string, 'live' | 'closed' | undefined]>([
    ['x', undefined],
    ['l/', undefined],
    ['l/x', 'live'],
    ['c/1', 'closed'],
    ['l/1', 'closed'],
    [`c/${'0'.repeat(15)}/${'a'.repeat(32)}`, 'live'],
  ])('refuses the cursor %s in a list of sessions that are %s', async (cursor, state) => {
    await running()
    expect(() => world.service.list({ cursor, state })).toThrowError(
      expect.objectContaining({ code: 'CURSOR_INVALID', message: expect.stringContaining('begin again') }),
    )
  })
})
