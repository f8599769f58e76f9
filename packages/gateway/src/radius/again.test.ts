import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ATTRIBUTE, DISCONNECT, type Packet } from './packet.js'
import { credentialOf, House, STATION } from './testing/house.js'
import { attributeText, type Reply } from './testing/nas.js'

const REFUSED = { code: DISCONNECT.nak, errorCause: 506 }
const NOT_KNOWN = { code: DISCONNECT.nak, errorCause: 503 }

/** How the access point answers; at first it refuses everything. */
let reply: (acctId: string | undefined) => Reply
let house: House
let first: ReturnType<typeof credentialOf>
let second: ReturnType<typeof credentialOf>

beforeEach(async () => {
  reply = () => REFUSED
  const answer = (packet: Packet) => reply(attributeText(packet, ATTRIBUTE.acctSessionId))
  house = await House.open({ disconnectAgainMs: [2_000, 8_000] }, answer)
  first = credentialOf(1)
  second = credentialOf(1)
  await house.gateway.deposit(first.request, '')
  await house.authorize(first)
})
afterEach(() => house.close())

const asked = () => house.nas.heard.map(({ packet }) => attributeText(packet, ATTRIBUTE.acctSessionId))
const started = (acctId: string) => house.account('Start', first.user, 0, { 'Acct-Session-Id': acctId })

/** So many requests came and were refused. */
async function refused(count: number): Promise<void> {
  await expect.poll(() => house.notes.filter(({ type }) => type === 'disconnect-refused').length).toBe(count)
  await settled()
}

/** What answers set going is done. */
const settled = () => new Promise(resolve => setTimeout(resolve, 50))

/** The quota is used up and no voucher came. */
async function useUp(): Promise<void> {
  await house.account('Interim-Update', first.user, 1_100_000)
  house.clock.pass(2_000)
  await refused(1)
}

/** The same device pays again and is on; the access point knows nothing but that. */
async function comeBack(): Promise<void> {
  await house.gateway.deposit(second.request, '')
  await house.authorize(second)
  await house.account('Start', second.user, 0, { 'Acct-Session-Id': 'acct-2' })
  reply = acctId => (acctId === 'acct-1' ? NOT_KNOWN : { code: DISCONNECT.ack })
}

/** Everything that could still be asked for the first session would have been asked. */
async function waitLong(): Promise<void> {
  house.clock.pass(2_000)
  await settled()
  house.clock.pass(8_000)
  await settled()
}

const restart = () =>
  house.ask('accounting', {
    ...{ 'Acct-Status-Type': 'Accounting-On', 'Acct-Session-Id': 'boot', 'NAS-IP-Address': '127.0.0.1' },
  })

describe('a station that is to be thrown off, and is back with another session', () => {
  it('is left alone when its access point restarted', async () => {
    await started('acct-1')
    await useUp()
    await restart()
    await comeBack()
    await waitLong()
    expect(asked()).toEqual(['acct-1'])
    expect(house.gateway.meter(second.user).openFlows).toBe(1)
  })

  it('is left alone though nothing told that it had gone', async () => {
    await started('acct-1')
    await useUp()
    await comeBack()
    await waitLong()
    expect(asked()).toEqual(['acct-1'])
    expect(house.notes.map(({ type }) => type)).not.toContain('station-stays')
    expect(house.events.map(({ type }) => type)).not.toContain('lost')
    const closing = house.gateway.close(first.user)
    house.clock.pass(1_000)
    await closing
    expect(asked()).toEqual(['acct-1'])
  })

  it('is left alone when the first session ends only now, also one that was never accounted', async () => {
    await comeBack()
    house.clock.pass(20_000)
    await settled()
    // Only the second one's own end is asked for, by its own name.
    expect(asked()).toEqual(['acct-2'])
  })
})

describe('a station that is to be thrown off', () => {
  it('is not asked for any more once its Stop came, though the session is closed and forgotten', async () => {
    await started('acct-1')
    house.clock.pass(20_000)
    await refused(1)
    const closing = house.gateway.close(first.user)
    house.clock.pass(1_000)
    await closing
    await house.account('Stop', first.user, 10)
    await waitLong()
    expect(asked()).toEqual(['acct-1'])
  })

  it.each(['Stop', 'restart'])('is not asked for any more after a %s, though it was never accounted', async how => {
    house.clock.pass(20_000)
    await refused(1)
    await (how === 'Stop' ? house.account('Stop', first.user, 10) : restart())
    await waitLong()
    expect(asked()).toEqual([undefined])
  })

  it('is named by the station alone once, and never in a later request', async () => {
    await started('acct-1')
    await useUp()
    reply = acctId => (acctId === undefined ? { code: DISCONNECT.ack } : NOT_KNOWN)
    await waitLong()
    expect(asked()).toEqual(['acct-1', 'acct-1'])
    expect(house.nas.heard.map(({ packet }) => attributeText(packet, ATTRIBUTE.callingStationId))).toEqual([
      STATION,
      STATION,
    ])
  })
})
