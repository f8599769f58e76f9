import { nodeSha256, nodeVerify } from '@conet/engines/crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { MemoryStore } from '../storage/index.js'
import { readExpected } from './expected.js'
import { lengthen, Records, whole } from './records/index.js'
import { condense, expand } from './records/short.js'
import { LiveSession, type SessionStart } from './session.js'
import { FakeChannel, kindOf, requestOf } from './testing/fake-client.js'
import { FakeLedger } from './testing/fake-ledger.js'
import { hashOf, settled, type TestClient, World } from './testing/set-up.js'

let world: World
/** Signatures checked. */
let checks = 0
afterEach(() => world.stop())

async function running(verifyEvery?: number, store = new MemoryStore(), ledger = world?.ledger): Promise<World> {
  checks = 0
  const verify: typeof nodeVerify = (...args) => {
    checks++
    return nodeVerify(...args)
  }
  const { DEFAULT_RISK_LIMITS } = await import('./defaults.js')
  world = new World({ verify, limits: { ...DEFAULT_RISK_LIMITS, verifyEvery } }, store, ledger)
  await world.service.start()
  return world
}

/** The same voucher with a signature that is not the client's. */
const forged = (text: string) => `${text.slice(0, -86)}${'A'.repeat(86)}`

/** Answers every statement at once; `is` says which answers are forged, counted from 1. */
function paying(client: TestClient, is: (voucher: number) => boolean = () => false): TestClient {
  let vouchers = 0
  client.channel.onReceive = text => {
    if (kindOf(text) !== 'conet-statement+jwt') return
    const good = client.voucher(text)
    vouchers++
    client.channel.say(is(vouchers) ? forged(good) : good)
  }
  return client.attach(false)
}

describe('signatures checked later (RND-15)', () => {
  it('spare most checks, count what is unchecked as unpaid, and settle it all', async () => {
    await running()
    const client = paying(await world.client(1))
    await world.clock.advance(125_000)
    const { roundsPaid = 0, promised } = client.view ?? {}
    expect(roundsPaid).toBe(13)
    // The request twice, and fewer than half of the vouchers.
    expect(checks).toBeLessThan(2 + roundsPaid / 2)
    await world.service.end(client.sid, 'PROVIDER_DONE')
    await settled()
    expect(world.ledger.settledOf.get(client.sid)).toBe(promised)
    expect(world.service.totals().promised).toEqual({ credit: promised })
  })

  it('are checked one by one where the owner says so', async () => {
    await running(1)
    const client = paying(await world.client(1))
    await world.clock.advance(65_000)
    expect(checks).toBeGreaterThanOrEqual(client.view?.roundsPaid ?? 99)
  })

  it('refuse the forged voucher of a new client at once', async () => {
    await running()
    const client = paying(await world.client(1), () => true)
    await world.clock.advance(1_100)
    expect(client.channel.notes.at(-1)).toMatchObject({ error: { code: 'SIGNATURE_INVALID' } })
    expect(client.view).toMatchObject({ roundsPaid: 0, phase: 'trial' })
  })

  it('end a session whose postponed check fails, keep the evidence, and forget its credit', async () => {
    await running()
    const client = paying(await world.client(1), voucher => voucher > 4)
    await world.clock.advance(120_000)
    expect(client.view).toMatchObject({ phase: 'closed', reason: 'VOUCHER_FORGED' })
    // What had been checked is paid; nothing above it ever reaches the ledger.
    expect(world.ledger.settledOf.get(client.sid)).toBe(client.view?.promised)
    expect(client.view?.promised).toBeLessThanOrEqual(40_000n)
    const evidence = new Records(world.store).evidence(client.sid)
    expect(evidence).toMatchObject({ why: 'VOUCHER_FORGED' })
    // Whole, as anybody can check it.
    expect(evidence?.envelopes.map(text => kindOf(text))).toEqual(['conet-voucher+jwt'])
    expect([...new Records(world.store).unchecked()]).toEqual([])
    expect(world.store.get(`k/credit/${client.signer.did}`)).toBeUndefined()
  })

  it.each([2, 3, 5])(
    'lose nothing to a client that forges every %s. voucher: the good ones after it pay for all',
    async every => {
      const ledger = new FakeLedger()
      const submitted: string[] = []
      const { submit } = ledger
      Object.assign(ledger, {
        submit: (text: string) => {
          submitted.push(text)
          return submit(text)
        },
      })
      await running(undefined, new MemoryStore(), ledger)
      const client = paying(await world.client(1), voucher => voucher % every === 0)
      await world.clock.advance(150_000)
      await world.service.end(client.sid, 'PROVIDER_DONE')
      await world.clock.advance(5_000)
      const settledFor = world.ledger.settledOf.get(client.sid) ?? 0n
      expect(settledFor).toBe(client.view?.promised)
      expect((client.view?.owed ?? 0n) - settledFor).toBeLessThanOrEqual(100_000n)
      expect(submitted.length).toBeGreaterThan(0)
      expect(submitted.filter(text => text.endsWith('AAAA'))).toEqual([])
    },
  )

  it('give many identities no more than a trial each', async () => {
    await running()
    for (let i = 0; i < 30; i++) paying(await world.client(i), () => true)
    await world.clock.advance(10_000)
    expect(world.service.totals()).toMatchObject({ vouchers: 0, liveSessions: 0, promised: {} })
  })

  it('cannot be provoked by somebody who overheard the request', async () => {
    await running()
    const client = paying(await world.client(1))
    await world.clock.advance(45_000)
    client.channel.hangUp()
    const stranger = new FakeChannel()
    world.service.attach(client.sid, stranger)
    stranger.say(client.request)
    await world.clock.advance(6_500)
    const statement = stranger.received.filter(text => kindOf(text) === 'conet-statement+jwt').at(-1) ?? ''
    stranger.say(forged(client.voucher(statement)))
    await settled()
    expect(stranger.notes.at(-1)).toMatchObject({ error: { code: 'SIGNATURE_INVALID' } })
    expect(client.view?.phase).not.toBe('closed')
    const outcome = await world.service.voucher(client.sid, forged(client.voucher(statement)))
    expect(outcome).toMatchObject({ ok: false, code: 'SIGNATURE_INVALID' })
    const paid = world.service.voucher(client.sid, client.voucher(statement))
    await world.clock.advance(100)
    expect(await paid).toMatchObject({ ok: true })
  })

  it.each([
    ['honest', () => false, true, /^$/],
    ['honest, written before keys began with a time', () => false, true, /^u\/\d{15}\//],
    ['forged', (voucher: number) => voucher > 3, false, /^$/],
  ] as const)('look at what is unchecked after a crash: %s', async (_, is, good, time) => {
    const store = new MemoryStore()
    await running(64, store)
    const client = paying(await world.client(1), is)
    await world.clock.advance(55_000)
    const [unchecked] = [...new Records(store).unchecked()]
    expect(unchecked?.[0]).toBe(client.sid)
    const { ledger } = world
    const promised = client.view?.promised ?? 0n
    // A copy of the disk as it is: the first process goes on knowing nothing of it.
    const disk = new MemoryStore()
    await disk.put([...store.range('', '~', 1_000)].map(([key, text]) => [key.replace(time, 'u/'), text] as const))
    const first = world
    await running(64, disk, ledger)
    // Whoever has overheard the request cannot open the session anew.
    expect(await world.service.request(client.request, { remoteAddress: '192.0.2.1' })).toMatchObject({
      code: 'REPLAYED',
    })
    await settled()
    expect(world.ledger.settledOf.get(client.sid)).toBe(good ? promised : 20_000n)
    expect([...new Records(disk).unchecked()]).toEqual([])
    expect(new Records(disk).evidence(client.sid) === undefined).toBe(good)
    await first.stop()
  })
})

describe('the voucher that was expected', () => {
  async function session(): Promise<{ client: TestClient; live: LiveSession; voucher: string }> {
    await running()
    const client = (await world.client(1)).attach(false)
    await world.clock.advance(1_100)
    const statement = client.lastStatement()
    const [lid, sid, provider] = ['testnet', client.sid, world.owner.did]
    const payload = JSON.parse(Buffer.from(statement.split('.')[1] ?? '', 'base64url').toString())
    const open = {
      payload: { ...payload, owed: BigInt(payload.owed), bytesUp: 0n, bytesDown: 0n },
      text: statement,
      hash: hashOf(statement),
    }
    const terms = { tariff: { asset: 'credit' }, shares: [] }
    const grant = { lid, sid, client: client.signer.did, provider, terms }
    const start = { sid, grant, kid: client.signer.kid, state: { open: [open], storing: [], stored: undefined } }
    const live = new LiveSession(start as unknown as SessionStart)
    return { client, live, voucher: client.voucher(statement) }
  }

  it('is read without parsing, to the same values', async () => {
    const { live, voucher } = await session()
    const read = readExpected(live, voucher, nodeSha256)
    expect(read?.hash).toBe(hashOf(voucher))
    const payload = JSON.parse(Buffer.from(voucher.split('.')[1] ?? '', 'base64url').toString())
    expect(read?.voucher).toEqual({ ...payload, owed: BigInt(payload.owed), bytes: BigInt(payload.bytes) })
  })

  it('is nothing else: any change of a character leaves it to the rules for any message', async () => {
    const { live, voucher } = await session()
    const last = voucher.lastIndexOf('.')
    for (let at = 0; at < last; at += 3) {
      const other = voucher[at] === 'A' ? 'B' : 'A'
      const changed = voucher.slice(0, at) + other + voucher.slice(at + 1)
      const read = readExpected(live, changed, nodeSha256)
      // Only the client's own count is free.
      if (read !== undefined) expect(read.voucher.bytes).not.toBe(0n)
    }
    for (const text of ['', '.', '..', `${voucher}=`, voucher.slice(0, -1), requestOf(world.owner, 'did:x', 1)]) {
      expect(readExpected(live, text, nodeSha256)).toBeUndefined()
    }
  })

  it('is none with an escrow beyond ASCII, which the short form could not keep', async () => {
    const { client, live } = await session()
    for (const escrow of ['a"b', 'é', '中', '😀']) {
      const voucher = client.voucher(client.lastStatement(), { escrow })
      const start = { ...live.start, escrow }
      const read = readExpected(new LiveSession(start), voucher, nodeSha256)
      if (escrow === 'a"b') expect(whole(start, read?.text ?? '')).toBe(voucher)
      else expect(read).toBeUndefined()
    }
  })

  it('has a short form that gives the same text again', async () => {
    const { client, live, voucher } = await session()
    const before = client.voucher(client.lastStatement(), { round: 9, owed: '7', bytes: '123' })
    const short = readExpected(live, voucher, nodeSha256)?.text ?? ''
    expect(short.length * 3).toBeLessThan(voucher.length)
    expect(lengthen(short, before)).toBe(voucher)
    expect(lengthen(short, undefined)).toBeUndefined()
    expect(whole(live.start, short)).toBe(voucher)
    expect(whole(live.start, voucher)).toBe(voucher)
  })

  it('lies condensed in the store, and a voucher in another form as it is', async () => {
    const { client, voucher } = await session()
    const [head = '', body = '', signature = ''] = voucher.split('.')
    const payload = JSON.parse(Buffer.from(body, 'base64url').toString())
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const other = encode({ alg: 'EdDSA', typ: 'conet-voucher+jwt', kid: `did:conet:demo:abc#z6Mk` })
    const owner = encode({ ...payload, client: 'did:conet:demo:abc' })
    const turned = encode(Object.fromEntries(Object.entries(payload).reverse()))
    for (const [text, kept] of [
      [voucher, 0.5],
      [`${other}.${owner}.${signature}`, 0.6],
      [`${head}.${turned}.${signature}`, 1],
      [`${other}.${body}.${signature}`, 1],
      [`${head}.${encode({ ...payload, asset: 'two words' })}.${signature}`, 1],
      [`${head}.${encode({ ...payload, sid: 'another' })}.${signature}`, 1],
    ] as const) {
      const stored = condense(client.sid, text)
      expect(stored.length / text.length).toBeLessThanOrEqual(kept)
      expect(stored === text).toBe(kept === 1)
      expect(expand(client.sid, stored)).toBe(text)
    }
  })
})
