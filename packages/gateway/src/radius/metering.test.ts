import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ATTRIBUTE } from './packet.js'
import { credentialOf, House, OTHER_STATION, START, STATION } from './testing/house.js'
import { attributeText } from './testing/nas.js'

let house: House
let user: string
const who = () => ({ user, password: credential.password })
let credential: ReturnType<typeof credentialOf>

beforeEach(async () => {
  house = await House.open()
  credential = credentialOf(1)
  user = credential.user
  await house.gateway.deposit(credential.request, '')
  await house.authorize(credential)
})
afterEach(() => house.close())

const types = () => house.events.map(({ type }) => type)

describe('accounting', () => {
  it('feeds the meter, up and down', async () => {
    await house.account('Start', user, 0)
    await house.account('Interim-Update', user, 1_000, { 'Acct-Output-Octets': 5, 'Acct-Output-Gigawords': 1 })
    expect(house.gateway.meter(user)).toMatchObject({ bytesUp: 1_000n, bytesDown: 2n ** 32n + 5n, openFlows: 1 })
  })

  it('is not taken from another station, nor for a session that is not there, and both are confirmed', async () => {
    expect((await house.account('Interim-Update', user, 9_000, { 'Calling-Station-Id': OTHER_STATION })).status).toBe(
      204,
    )
    expect((await house.account('Interim-Update', 'ef'.repeat(16), 9_000)).status).toBe(204)
    expect(house.gateway.meter(user).bytesUp).toBe(0n)
  })

  it('tells half of the quota, then its end; the station is thrown off unless it is raised in time', async () => {
    await house.account('Start', user, 0)
    await house.account('Interim-Update', user, 500_001)
    expect(types()).toEqual(['half'])
    await house.account('Interim-Update', user, 1_100_000)
    expect(types()).toEqual(['half', 'quota'])
    house.clock.pass(2_000)
    await house.disconnected()
    const told = await house.authorize(who())
    expect(told.body['reply:Reply-Message']).toMatch(/^QUOTA_USED: /)
    await house.gateway.extend(user, START + 60_000, 3_000_000n)
    expect((await house.authorize(who())).status).toBe(200)
  })

  it('throws off a station that came back before the Stop of its stay before arrived', async () => {
    await house.account('Start', user, 0)
    await house.authorize(who())
    await house.account('Stop', user, 10)
    const again = { 'Acct-Session-Id': 'second-stay' }
    await house.account('Start', user, 0, again)
    await house.account('Interim-Update', user, 1_100_000, again)
    house.clock.pass(2_000)
    await house.disconnected()
    const [heard] = house.nas.heard
    expect(heard && attributeText(heard.packet, ATTRIBUTE.acctSessionId)).toBe('second-stay')
  })

  it('throws off a station that goes on although its access point said it began anew', async () => {
    await house.account('Start', user, 0)
    await house.account('Accounting-On', '', 0)
    expect(house.gateway.meter(user).openFlows).toBe(0)
    await house.account('Interim-Update', user, 1_100_000)
    house.clock.pass(2_000)
    await house.disconnected()
  })

  it('throws nobody off whose quota is raised within the grace', async () => {
    await house.account('Interim-Update', user, 1_100_000)
    house.clock.pass(1_900)
    await house.gateway.extend(user, START + 60_000, 3_000_000n)
    house.clock.pass(5_000)
    expect(house.nas.heard).toEqual([])
    expect((await house.authorize(who())).status).toBe(200)
  })

  it('knows where to send the Disconnect-Request, and counts what the Stop still brings', async () => {
    await house.account('Start', user, 0)
    await house.account('Interim-Update', user, 100)
    const closing = house.gateway.close(user)
    await house.disconnected()
    const packet = house.nas.heard[0]?.packet
    if (packet === undefined) throw new Error('nothing was heard')
    expect(attributeText(packet, ATTRIBUTE.callingStationId)).toBe(STATION)
    expect(attributeText(packet, ATTRIBUTE.acctSessionId)).toBe('acct-1')
    await house.account('Stop', user, 170)
    expect(await closing).toMatchObject({ bytesUp: 170n, openFlows: 0 })
    expect(await house.gateway.close(user)).toMatchObject({ bytesUp: 170n })
  })

  it('gives up waiting for a Stop that never comes', async () => {
    await house.account('Start', user, 0)
    await house.account('Interim-Update', user, 100)
    const closing = house.gateway.close(user)
    await house.disconnected()
    await new Promise(resolve => setTimeout(resolve, 20))
    house.clock.pass(1_000)
    expect(await closing).toMatchObject({ bytesUp: 100n })
  })

  it('says that a session is lost when its access point stops accounting, not when its station leaves', async () => {
    await house.account('Interim-Update', user, 100)
    await house.gateway.extend(user, START + 3_600_000, 3_000_000n)
    await house.account('Stop', user, 120)
    house.clock.pass(600_000)
    expect(types()).toEqual([])
    await house.authorize(who())
    await house.account('Start', user, 0, { 'Acct-Session-Id': 'acct-2' })
    house.clock.pass(209_000)
    expect(types()).toEqual([])
    house.clock.pass(2_000)
    expect(house.events).toEqual([{ type: 'lost', session: user, reason: 'the access point stopped accounting' }])
  })

  it('waits for stations whose access point began anew', async () => {
    await house.account('Interim-Update', user, 100)
    expect(
      (await house.ask('accounting', { 'Acct-Status-Type': 'Accounting-On', 'NAS-IP-Address': '127.0.0.1' })).status,
    ).toBe(204)
    expect(house.gateway.meter(user)).toMatchObject({ openFlows: 0, bytesUp: 100n })
    expect((await house.authorize(who())).status).toBe(200)
    // Missing Stop, same id, counters from zero: nothing is lost, nothing counted twice.
    await house.account('Start', user, 0)
    await house.account('Interim-Update', user, 60)
    expect(house.gateway.meter(user).bytesUp).toBe(100n)
  })
})
