import { quotaFor } from '@conet/core/rounds'
import { afterEach, describe, expect, it } from 'vitest'
import { key, TERMS } from './testing/fake-client.js'
import { settled, World } from './testing/set-up.js'

let world: World
afterEach(() => world.stop())

async function running(): Promise<void> {
  world = new World()
  await world.service.start()
}

const inBook = () => BigInt(world.store.get(`k/credit/${key(1).did}`) ?? '0')

/** A client with an earned limit of many times `maxUnpaid`. */
async function wellKnown(): Promise<void> {
  const payer = (await world.client(1, { money: 10n ** 9n })).attach()
  for (let i = 0; i < 20; i++) {
    world.gateway.carry(payer.sid, 10n ** 8n)
    await world.clock.advance(5_000)
  }
  const ended = world.service.end(payer.sid, 'PROVIDER_DONE')
  await world.clock.advance(6_000)
  await ended
}

describe('a client that has earned an unpaid limit', () => {
  it('leaves as much time unpaid as it has earned, and no more', async () => {
    await running()
    const payer = (await world.client(1)).attach()
    world.gateway.carry(payer.sid, 5_000_000n)
    await world.clock.advance(5_000)
    payer.leave()
    await world.clock.advance(6_000)
    const earned = () => inBook() - TERMS.maxUnpaid
    expect(earned()).toBeGreaterThan(3_000n)
    let opened = 0
    for (; opened < 50; opened++) {
      const client = await world.client(1)
      if (!client.outcome.ok) break
      client.attach()
      const before = earned()
      await world.clock.advance(900)
      client.leave()
      await world.clock.advance(6_000)
      const after = before > 900n ? before - 900n : 0n
      expect(earned()).toBe(after)
    }
    expect(opened).toBeLessThan(20)
  })

  it('has the limit it earned in one session at a time', async () => {
    await running()
    await wellKnown()
    const first = await world.client(1)
    const second = await world.client(1)
    const lent = [first, second].map(({ sid }) => world.gateway.carry(sid, 10n ** 12n))
    expect(lent[0]).toBeGreaterThan((lent[1] ?? 0n) * 5n)
    expect(lent[1]).toBe(quotaFor(0n, TERMS.maxUnpaid, TERMS.tariff))
  })

  it('is not lent it again while the last word of the session before is open', async () => {
    await running()
    await wellKnown()
    const lent: bigint[] = []
    for (let i = 0; i < 3; i++) {
      const client = (await world.client(1)).attach(false)
      lent.push(world.gateway.carry(client.sid, 10n ** 12n))
      client.leave()
      await settled()
      expect(world.gateway.open_.has(client.sid)).toBe(false)
    }
    const asStranger = quotaFor(0n, TERMS.maxUnpaid, TERMS.tariff)
    expect(lent[0]).toBeGreaterThan(asStranger * 5n)
    expect(lent.slice(1)).toEqual([asStranger, asStranger])
  })

  it('keeps what it earned when a session beside another ends, paid or left', async () => {
    await running()
    await wellKnown()
    const before = inBook()
    const main = (await world.client(1)).attach()
    const beside = (await world.client(1)).attach()
    await world.clock.advance(5_000)
    beside.leave()
    await world.clock.advance(6_000)
    expect(beside.view?.roundsPaid).toBeGreaterThan(0)
    expect(inBook()).toBe(before)
    const left = (await world.client(1)).attach(false)
    await world.clock.advance(500)
    left.leave()
    await world.clock.advance(6_000)
    expect(left.view?.reason).toBe('CLIENT_DONE')
    expect(inBook()).toBe(before)
    main.leave()
    await world.clock.advance(6_000)
    expect(inBook()).toBe(before)
  })
})
