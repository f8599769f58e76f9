import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DISCONNECT } from './packet.js'
import { credentialOf, House, START } from './testing/house.js'
import type { Reply } from './testing/nas.js'

/** An access point that does what each test says. */
let reply: Reply
let house: House
let credential: ReturnType<typeof credentialOf>

beforeEach(async () => {
  reply = { code: DISCONNECT.nak, errorCause: 506 }
  house = await House.open({ disconnectAgainMs: [2_000, 8_000] }, () => reply)
  credential = credentialOf(1)
  await house.gateway.deposit(credential.request, '')
  await house.authorize(credential)
  await house.account('Start', credential.user, 0)
})
afterEach(() => house.close())

const types = () => house.events.map(({ type }) => type)
const isOn = () => house.gateway.meter(credential.user).openFlows === 1

/** The quota is used up and no voucher came: the station is to be thrown off. */
async function useUp(): Promise<void> {
  await house.account('Interim-Update', credential.user, 1_100_000)
  house.clock.pass(2_000)
  await heard(1)
}

/** So many requests came and were answered. */
async function heard(count: number): Promise<void> {
  await house.disconnected(count)
  const answers = () =>
    house.notes.filter(({ type }) => type === 'disconnect-refused' || type === 'disconnected').length
  while (answers() < count) await new Promise(resolve => setTimeout(resolve, 5))
}

describe('an access point that refuses to throw a station off', () => {
  it('is asked again with growing waits, then the session is lost and the owner is told', async () => {
    await useUp()
    house.clock.pass(1_999)
    expect(house.nas.heard).toHaveLength(1)
    house.clock.pass(1)
    await heard(2)
    house.clock.pass(8_000)
    await heard(3)
    await expect.poll(types).toEqual(['quota', 'lost'])
    expect(house.notes.at(-1)).toMatchObject({ type: 'station-stays', session: credential.user, asked: 3 })
    expect(isOn()).toBe(true)
    house.clock.pass(3_000)
    expect(house.nas.heard).toHaveLength(3)
  })

  it('obeys the next time: nothing is lost', async () => {
    await useUp()
    reply = { code: DISCONNECT.ack }
    house.clock.pass(2_000)
    await heard(2)
    house.clock.pass(8_000)
    expect(types()).toEqual(['quota'])
    expect(house.nas.heard).toHaveLength(2)
  })

  it('is left alone once the quota is raised, and asked again at the end', async () => {
    await useUp()
    await house.gateway.extend(credential.user, START + 60_000, 3_000_000n)
    house.clock.pass(20_000)
    await expect.poll(isOn).toBe(true)
    expect(house.nas.heard).toHaveLength(1)
    // To the very end: repetitions of the request are on the same clock.
    house.clock.pass(START + 60_000 - house.clock.now())
    await heard(2)
  })

  it('is left alone once it says that the station is gone', async () => {
    await useUp()
    await house.account('Stop', credential.user, 1_100_000)
    house.clock.pass(10_000)
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(house.nas.heard).toHaveLength(1)
    expect(isOn()).toBe(false)
  })

  it('is asked once more when the session is closed', async () => {
    await useUp()
    house.clock.pass(2_000)
    await heard(2)
    house.clock.pass(8_000)
    await heard(3)
    await expect.poll(isOn).toBe(true)
    const closing = house.gateway.close(credential.user)
    await heard(4)
    house.clock.pass(1_000)
    expect(await closing).toMatchObject({ bytesUp: 1_100_000n })
  })
})
