import { checkSignature, decodeEnvelope } from '@conet/core/wire'
import { nodeSha256, nodeVerify } from '@conet/engines/crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Records } from './records/index.js'
import { kindOf } from './testing/fake-client.js'
import { hashOf, settled, type TestClient, World } from './testing/set-up.js'

let world: World
let signatures: number

beforeEach(async () => {
  signatures = 0
  const { owner } = new World()
  const sign = (input: string) => {
    signatures++
    return owner.sign(input)
  }
  world = new World({ signer: { kid: owner.kid, sign } })
  await world.service.start()
})
afterEach(() => world.stop())

/** Sessions that begin at one moment, so that their statements are due at one moment. */
async function sessions(count: number, together: boolean): Promise<TestClient[]> {
  const clients: TestClient[] = []
  for (let i = 0; i < count; i++) {
    const client = await world.client(i, { address: `192.0.2.${i}` })
    client.channel.together = together
    clients.push(client.attach())
  }
  signatures = 0
  return clients
}

const partLength = (text: string) => text.length - text.lastIndexOf('.') - 1

function isGood(text: string): boolean {
  const decoded = decodeEnvelope(text, { sha256: nodeSha256, together: true })
  return decoded.ok && checkSignature(decoded.value, world.owner.publicKey, nodeVerify).ok
}

describe('statements', () => {
  it('that leave together share a signature, and each is paid', async () => {
    const clients = await sessions(70, true)
    await world.clock.advance(2_000)
    expect(signatures).toBe(2)
    for (const client of clients) {
      const text = client.lastStatement()
      expect(partLength(text)).toBeGreaterThan(86)
      expect(isGood(text)).toBe(true)
      expect(client.view?.roundsPaid).toBe(1)
    }
  })

  it('are signed one by one for clients that do not say that they read others', async () => {
    const clients = await sessions(3, false)
    await world.clock.advance(2_000)
    expect(signatures).toBe(3)
    for (const client of clients) {
      expect(partLength(client.lastStatement())).toBe(86)
      expect(isGood(client.lastStatement())).toBe(true)
    }
  })

  it('that leave alone carry a signature of their own, on the line and by HTTP', async () => {
    const [client] = await sessions(1, true)
    if (client === undefined) throw new Error('no session')
    client.channel.onReceive = () => undefined
    await world.clock.advance(1_500)
    const text = client.lastStatement()
    expect(partLength(text)).toBe(86)
    expect(isGood(text)).toBe(true)
    expect(world.service.statement(client.sid)).toEqual({ ok: true, value: { statement: text } })
  })

  it('for nobody on the line are not signed, and are when they are asked for', async () => {
    const client = await world.client(1)
    signatures = 0
    await world.clock.advance(1_500)
    expect(signatures).toBe(0)
    const asked = world.service.statement(client.sid)
    const text = asked.ok ? (asked.value.statement ?? '') : ''
    expect(isGood(text)).toBe(true)
    expect(kindOf(text)).toBe('conet-statement+jwt')
  })

  it('are kept as evidence under a signature of their own, the message being the same', async () => {
    const clients = await sessions(2, true)
    for (const client of clients) client.channel.onReceive = () => undefined
    await world.clock.advance(1_500)
    const [client] = clients
    if (client === undefined) throw new Error('no session')
    const sent = client.lastStatement()
    expect(partLength(sent)).toBeGreaterThan(86)
    client.leave('METER_DISPUTE')
    await settled()
    const [kept = ''] = new Records(world.store).evidence(client.sid)?.envelopes ?? []
    expect(isGood(kept)).toBe(true)
    expect(hashOf(kept)).toBe(hashOf(sent))
  })
})
