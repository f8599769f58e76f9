import { ok, reject } from '@conet/core/errors'
import { signEnvelope } from '@conet/core/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeChannel, key, kindOf, payloadOf, TERMS } from './testing/fake-client.js'
import { hashOf, settled, signerKey, World } from './testing/set-up.js'

let world: World
afterEach(() => world.stop())

async function running(...args: ConstructorParameters<typeof World>): Promise<World> {
  world = new World(...args)
  await world.service.start()
  return world
}

describe('what changes while a session runs', () => {
  it('a client the policy no longer admits is served to the end of its paid time, and told why', async () => {
    const denied = new Set<string>()
    await running({ admit: ({ client }) => (denied.has(client) ? reject('POLICY_DENIED') : ok({})) })
    const [one, other] = [(await world.client(1)).attach(), (await world.client(2)).attach()]
    await world.clock.advance(TERMS.trialMs + 1_000)
    world.service.recheck()
    denied.add(one.signer.did)
    world.service.recheck()
    const { paidUntil = 0 } = one.view ?? {}
    await world.clock.advance(paidUntil - world.clock.now() - 1)
    expect(one.view?.phase).toBe('paid')
    await world.clock.advance(1_000)
    expect(one.view).toMatchObject({ phase: 'closed', reason: 'DENIED' })
    await world.clock.advance(20_000)
    expect(other.view?.phase).not.toBe('closed')
  })

  it('a session that the client closes on the ledger settles at once and ends', async () => {
    await running()
    const client = (await world.client(1)).attach()
    await world.clock.advance(15_000)
    expect(world.ledger.settledOf.get(client.sid)).toBeUndefined()
    world.service.closedOnLedger('did:key:somebody-else', client.sid)
    await settled()
    expect(client.view?.phase).not.toBe('closed')
    world.service.closedOnLedger(client.signer.did, client.sid)
    await settled()
    expect(world.ledger.settledOf.get(client.sid)).toBe(20_000n)
    expect(client.view).toMatchObject({ phase: 'closed', reason: 'CLIENT_DONE' })
    world.service.closedOnLedger(client.signer.did, client.sid)
    world.service.closedOnLedger(client.signer.did, '00'.repeat(16))
  })

  it.each([300, 900, 1_100, 1_400, 1_900, 2_300, 5_000, 9_400])(
    'a process that has to wait for 2 s, from %s ms on, loses no session that pays',
    async at => {
      await running()
      const client = (await world.client(1)).attach()
      const late: string[] = []
      client.channel.onReceive = text => {
        if (kindOf(text) === 'conet-statement+jwt') late.push(client.voucher(text))
      }
      const answerAll = () => {
        for (const voucher of late.splice(0)) client.channel.say(voucher)
      }
      const pass = async (ms: number) => {
        for (let left = ms; left > 0; left -= 10) {
          await world.clock.advance(Math.min(10, left))
          answerAll()
        }
      }
      await pass(at)
      world.clock.stall(2_000)
      // Timers come first, then what lay in the sockets.
      await world.clock.advance(0)
      answerAll()
      await pass(20_000)
      expect(client.view?.phase).not.toBe('closed')
      expect(client.view?.roundsPaid).toBeGreaterThanOrEqual(2)
    },
  )

  it('a process that waits a little all the time still keeps up with many sessions', async () => {
    await running()
    const clients = await Promise.all(Array.from({ length: 20 }, (_, number) => world.client(number)))
    for (const client of clients) client.attach()
    for (let step = 0; step < 60; step++) {
      world.clock.stall(300)
      await world.clock.advance(100)
    }
    for (const client of clients) expect(client.view).toMatchObject({ phase: expect.not.stringMatching('closed') })
    expect(world.service.totals().cuts).toBe(0)
  })

  it('a voucher of a key that was taken back is refused, and little is open that it could void', async () => {
    const did = 'did:conet:testnet:zabc'
    const signer = { ...key(1), did, kid: `${did}#k1` }
    let current = true
    await running({
      signerKey: kid => {
        if (!kid.startsWith(did)) return signerKey(kid)
        return current ? key(1).publicKey : undefined
      },
    })
    world.ledger.balances.set(did, 10_000_000n)
    const request = signEnvelope('conet-request+jwt', requestFor(), signer)
    const granted = await world.service.request(request, { remoteAddress: '192.0.2.1' })
    const sid = granted.ok ? granted.value.sid : ''
    const channel = new FakeChannel()
    channel.onReceive = text => {
      if (kindOf(text) === 'conet-statement+jwt') channel.say(signEnvelope('conet-voucher+jwt', answer(text), signer))
    }
    world.service.attach(sid, channel)
    channel.say(request)
    for (let round = 0; round < 12; round++) {
      await world.clock.advance(10_000)
      const open = (world.service.get(sid)?.promised ?? 0n) - (world.ledger.settledOf.get(sid) ?? 0n)
      expect(open).toBeLessThanOrEqual(100_000n)
    }
    expect(world.ledger.settledOf.get(sid)).toBeGreaterThan(50_000n)
    current = false
    await world.clock.advance(25_000)
    expect(channel.notes.some(note => note.error?.code === 'KEY_UNKNOWN')).toBe(true)
    expect(world.service.get(sid)?.phase).toBe('closed')
  })

  function requestFor(): object {
    const now = world.clock.now()
    const times = { iat: now, exp: now + 60_000, nonce: 'AAAAAAAAAAAAAAAAAAAAAA' }
    return { lid: 'testnet', offer: 'offer-1', offerVersion: 1, provider: world.owner.did, ...times }
  }

  function answer(statement: string): object {
    const { lid, sid, client, provider, round, owed } = payloadOf(statement)
    const money = { asset: 'credit', round, owed, bytes: '0', statement: hashOf(statement), shares: [] }
    return { lid, sid, client, provider, ...money }
  }
})
