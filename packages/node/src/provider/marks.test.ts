import { ok } from '@conet/core/errors'
import { signEnvelope } from '@conet/core/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { type Change, MemoryStore } from '../storage/index.js'
import type { ProviderConfigPorts } from './ports.js'
import { promiseIn } from './promise.js'
import { Records } from './records/index.js'
import { expand } from './records/short.js'
import { DEFAULT_SETTLE_POLICY } from './settle/index.js'
import { kindOf, payloadOf } from './testing/fake-client.js'
import { FakeLedger } from './testing/fake-ledger.js'
import { settled, type TestClient, World } from './testing/set-up.js'

/** A disk that refuses checked vouchers as often as it is told, and can be slow to say that it has one, or the last record. */
class TroubledStore extends MemoryStore {
  refusals = 0
  /** What each write of a checked voucher promised, in order. */
  readonly written: bigint[] = []
  #gate: Promise<void> | undefined

  #lastGate: Promise<void> | undefined
  /** Last records that are under way. */
  lasts = 0

  /** The next checked voucher is confirmed when the returned function is called. */
  slow(): () => void {
    const { promise, resolve } = withResolvers()
    this.#gate = promise
    return resolve
  }

  /** The next last record is confirmed when the returned function is called. */
  slowLast(): () => void {
    const { promise, resolve } = withResolvers()
    this.#lastGate = promise
    return resolve
  }

  override async writeAtomic(changes: readonly Change[]): Promise<void> {
    this.lasts++
    await super.writeAtomic(changes)
    await this.#lastGate
  }

  override async put(changes: readonly Change[]): Promise<void> {
    const [key = '', stored] = changes.find(([key, value]) => key.startsWith('v/') && value !== undefined) ?? []
    if (stored !== undefined) {
      if (this.refusals > 0) {
        this.refusals--
        throw new Error('no space left')
      }
      this.written.push(promiseIn(expand(key.slice('v/'.length), stored)).owed)
      const gate = this.#gate
      this.#gate = undefined
      await super.put(changes)
      return gate
    }
    await super.put(changes)
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>(done => {
    resolve = done
  })
  return { promise, resolve }
}

const worlds: World[] = []
let submits = 0
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop()
})

/** A ledger that goes away before a settler without end could hold the test up. */
function countingLedger(): FakeLedger {
  submits = 0
  const ledger = new FakeLedger()
  const { submit } = ledger
  const counting: FakeLedger['submit'] = tx => {
    submits++
    if (submits > 50) ledger.down = true
    return submit(tx)
  }
  return Object.assign(ledger, { submit: counting })
}

async function worldOn(store: MemoryStore, over: Partial<ProviderConfigPorts> = {}): Promise<World> {
  const world = new World(over, store, countingLedger())
  worlds.push(world)
  await world.service.start()
  return world
}

/** The same store as it is now: what a process finds that starts after a crash. */
async function diskOf(store: MemoryStore): Promise<MemoryStore> {
  const disk = new MemoryStore()
  await disk.put([...store.range('', '~', 1_000)])
  return disk
}

const forged = (text: string) => `${text.slice(0, -86)}${'A'.repeat(86)}`

/** The same promise in another order of members: never taken without a look at its signature. */
function plain({ signer }: TestClient, voucher: string): string {
  const { lid, ...others } = payloadOf(voucher)
  return signEnvelope('conet-voucher+jwt', { ...others, lid }, signer)
}

/** A client that has paid rounds of 10,000 each, the last not checked yet; from then on it keeps its statements. */
async function paid(world: World, rounds: number): Promise<{ client: TestClient; kept: string[] }> {
  const client = await world.client(1)
  const kept: string[] = []
  client.channel.onReceive = text => {
    if (kindOf(text) !== 'conet-statement+jwt') return
    if ((client.view?.roundsPaid ?? 0) < rounds) client.channel.say(client.voucher(text))
    else if (!kept.includes(text)) kept.push(text)
  }
  client.attach(false)
  while (kept.length === 0) await world.clock.advance(100)
  const unchecked = BigInt(rounds) * 10_000n
  expect(promises(world.store as MemoryStore, client.sid)).toEqual({ checked: unchecked - 10_000n, unchecked })
  return { client, kept }
}

/** What the disk holds of a session. */
function promises(store: MemoryStore, sid: string): { checked: bigint | undefined; unchecked: bigint | undefined } {
  const records = new Records(store)
  const [checked, unchecked] = [records.voucher(sid), [...records.unchecked()].find(([one]) => one === sid)?.[1]]
  const owedIn = (text: string | undefined) => (text === undefined ? undefined : promiseIn(text).owed)
  return { checked: owedIn(checked), unchecked: owedIn(unchecked) }
}

describe('a checked voucher and one that is not, in one group', () => {
  async function twoAtOnce(second: (voucher: string) => string): Promise<{ world: World; client: TestClient }> {
    const world = await worldOn(new MemoryStore(), { admit: () => ok({ bytesLeft: 20_000_000n }) })
    const { client, kept } = await paid(world, 3)
    world.gateway.carry(client.sid, 10_000_000n)
    await settled()
    const [first = '', next = ''] = kept
    client.channel.say(plain(client, client.voucher(first)))
    client.channel.say(second(client.voucher(next)))
    client.channel.onReceive = () => undefined
    await world.clock.advance(60)
    return { world, client }
  }

  it('are both on the disk: where the second is forged, the first is paid', async () => {
    const { world, client } = await twoAtOnce(forged)
    expect(client.view).toMatchObject({ roundsPaid: 5, promised: 49_313n })
    expect(promises(world.store as MemoryStore, client.sid)).toEqual({ checked: 40_000n, unchecked: 49_313n })
    expect(world.service.totals().promised).toEqual({ credit: 40_000n })
    await world.clock.advance(30_000)
    expect(client.view).toMatchObject({ reason: 'VOUCHER_FORGED', promised: 40_000n, settled: 40_000n })
    expect(world.ledger.settledOf.get(client.sid)).toBe(40_000n)
    expect(world.service.totals().settled).toEqual({ credit: 40_000n })
    expect(submits).toBe(1)
    expect(promises(world.store as MemoryStore, client.sid)).toEqual({ checked: undefined, unchecked: undefined })
  })

  it.each([
    ['forged', forged, 40_000n],
    ['honest', (text: string) => text, 49_313n],
  ] as const)('are both found after a crash: the second is %s', async (_, second, owed) => {
    const { world, client } = await twoAtOnce(second)
    const after = await worldOn(await diskOf(world.store as MemoryStore))
    await after.clock.advance(10_000)
    expect(after.ledger.settledOf.get(client.sid)).toBe(owed)
    expect(submits).toBe(1)
    expect(new Records(after.store).evidence(client.sid) === undefined).toBe(owed > 40_000n)
    expect([...new Records(after.store).vouchers()]).toEqual([])
  })
})

describe('a checked voucher that the disk refused', () => {
  /** Something forged makes the provider look at the last voucher, and the disk refuses it once. */
  async function refused(refusals = 1, over: Partial<ProviderConfigPorts> = {}, rounds = 3) {
    const store = new TroubledStore()
    const world = await worldOn(store, over)
    const { client, kept } = await paid(world, rounds)
    store.refusals = refusals
    const [statement = ''] = kept
    client.channel.say(forged(client.voucher(statement, { round: 99 })))
    await settled()
    expect(store.refusals).toBe(refusals - 1)
    return { store, world, client, statement }
  }

  it('is not put over a newer one', async () => {
    const { store, world, client, statement } = await refused()
    client.channel.say(plain(client, client.voucher(statement)))
    await world.clock.advance(1_500)
    expect(store.written).toEqual([10_000n, 20_000n, 40_000n])
    expect(promises(store, client.sid)).toEqual({ checked: 40_000n, unchecked: undefined })
    expect(world.service.totals().promised).toEqual({ credit: 40_000n })
  })

  it('waits while a newer one is on its way to the disk', async () => {
    const { store, world, client, statement } = await refused()
    const open = store.slow()
    client.channel.say(plain(client, client.voucher(statement)))
    await world.clock.advance(1_300)
    open()
    await world.clock.advance(1_500)
    expect(store.written).toEqual([10_000n, 20_000n, 40_000n])
    expect(world.service.totals().promised).toEqual({ credit: 40_000n })
  })

  it('is tried again, and leaves a newer one beside it that is not checked', async () => {
    const { store, world, client, statement } = await refused()
    client.channel.say(client.voucher(statement))
    await world.clock.advance(1_500)
    expect(promises(store, client.sid)).toEqual({ checked: 30_000n, unchecked: 40_000n })
    expect(world.service.totals().promised).toEqual({ credit: 30_000n })
  })

  it.each([
    ['in the last record', 1],
    ['after the session has left', 3],
  ])('settles once when it is taken %s', async (_, refusals) => {
    // Settles after the second round; the fourth is not checked.
    const settle = { ...DEFAULT_SETTLE_POLICY, aboveAmount: 15_000n }
    const { store, world, client } = await refused(refusals, { settle }, 4)
    client.channel.onReceive = () => undefined
    const end = world.service.end(client.sid, 'PROVIDER_DONE')
    await world.clock.advance(10_000)
    await end
    expect(store.refusals).toBe(0)
    expect(world.ledger.settledOf.get(client.sid)).toBe(40_000n)
    expect(world.service.totals()).toMatchObject({ promised: { credit: 40_000n }, settled: { credit: 40_000n } })
    expect(world.of('settled').map(({ amount }) => amount)).toEqual([20_000n, 20_000n])
    expect(submits).toBe(2)
    expect(promises(store, client.sid)).toEqual({ checked: undefined, unchecked: undefined })
  })

  it('is found after a crash, whatever the session said last', async () => {
    const { store, world, client } = await refused(1_000)
    client.channel.onReceive = () => undefined
    const end = world.service.end(client.sid, 'PROVIDER_DONE')
    await world.clock.advance(10_000)
    await end
    const after = await worldOn(await diskOf(store))
    await after.clock.advance(10_000)
    expect(after.ledger.settledOf.get(client.sid)).toBe(30_000n)
    expect(submits).toBe(1)
    store.refusals = 0
  })

  it('is not put back by an older one that a write cut short left beside it', async () => {
    const world = await worldOn(new MemoryStore())
    const { client, kept } = await paid(world, 3)
    const before = await diskOf(world.store as MemoryStore)
    client.channel.say(plain(client, client.voucher(kept[0] ?? '')))
    await world.clock.advance(60)
    const disk = await diskOf(world.store as MemoryStore)
    await disk.put([...before.range('u/', 'u0', 2)])
    expect(promises(disk, client.sid)).toEqual({ checked: 40_000n, unchecked: 30_000n })
    const after = await worldOn(disk)
    await after.clock.advance(10_000)
    expect(after.ledger.settledOf.get(client.sid)).toBe(40_000n)
    expect(new Records(disk).evidence(client.sid)).toBeUndefined()
  })
})

it('settles a voucher that comes while the last record of its session is written', async () => {
  const store = new TroubledStore()
  // What is checked is settled by the time that the session ends.
  const world = await worldOn(store, { settle: { ...DEFAULT_SETTLE_POLICY, aboveAmount: 35_000n } })
  const { client, kept } = await paid(world, 3)
  const [statement = ''] = kept
  client.channel.say(plain(client, client.voucher(statement)))
  await world.clock.advance(1_000)
  expect(world.ledger.settledOf.get(client.sid)).toBe(40_000n)
  client.channel.onReceive = text => void kept.push(text)
  world.gateway.carry(client.sid, 1_000_000n)
  const [confirmLast, confirm] = [store.slowLast(), store.slow()]
  const end = world.service.end(client.sid, 'PROVIDER_DONE')
  while (store.lasts === 0) await world.clock.advance(100)
  const last = kept.filter(text => kindOf(text) === 'conet-statement+jwt').at(-1) ?? ''
  const answered = world.service.voucher(client.sid, client.voucher(last))
  await world.clock.advance(20)
  confirmLast()
  await world.clock.advance(20)
  confirm()
  await world.clock.advance(10_000)
  await Promise.all([end, answered])
  expect(world.ledger.settledOf.get(client.sid)).toBe(promiseIn(client.voucher(last)).owed)
  expect(promises(store, client.sid)).toEqual({ checked: undefined, unchecked: undefined })
})
