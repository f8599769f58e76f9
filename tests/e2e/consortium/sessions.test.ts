import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodePorts, openOrCreateKeystore, walletFromSeed } from '@conet/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FUNDS, type NodeProcess, type SessionRow, TERMS, type Visitor, visitor } from '../network.js'
import { download, goOnline } from '../online.js'
import { type Origin, startOrigin } from '../origin.js'
import { until } from '../program.js'
import { missingCometbft } from '../validators.js'
import { Consortium } from './consortium.js'
import { loopbackWiring } from './wiring/index.js'

const MIB = 2 ** 20
/** Micro-credits that an hour costs: a round of three seconds is one credit, which is settled as soon as it is promised. */
const PER_HOUR = 1_200_000_000n
const ROUND = (PER_HOUR * BigInt(TERMS.trialMs + TERMS.restMs)) / 3_600_000n
/** What the second visitor has: fewer rounds than the halt lasts. */
const PURSE = 2_500_000n
/** Ordering stands still for so many of the first visitor's rounds. */
const ROUNDS = 5
const NETWORK = { name: 'sessions', validators: 4, followers: 0, lanes: 1, faults: [] }

function suite(): void {
  let origin: Origin
  let consortium: Consortium
  const provider = (): NodeProcess => consortium.member('v1').node
  const sessionOf = async ({ wallet }: Visitor): Promise<SessionRow | undefined> =>
    (await provider().sessions()).find(one => one.peer === wallet.did)
  const unsettled = (row: SessionRow | undefined) => BigInt(row?.paid ?? 0) - BigInt(row?.settled ?? 0)
  const heights = () => Promise.all(['v1', 'v2'].map(name => consortium.member(name).height()))

  beforeAll(async () => {
    origin = await startOrigin()
    const area = { lat: 52.52, lon: 13.405, radiusM: 500 }
    const terms = { ...TERMS, perHour: PER_HOUR.toString() }
    const more = {
      gateway: { port: 0, egressAllow: [origin.authority] },
      offers: [{ key: 'access', name: 'Access', area, terms }],
    }
    consortium = await Consortium.start(NETWORK, { wiring: loopbackWiring, more })
  }, 150_000)
  afterAll(async () => {
    consortium?.remove()
    await origin?.close()
  })

  it('goes on while ordering is halted, within what the provider risks, and settles after', async () => {
    const rich = await visitor(consortium.dir, 'rich', provider())
    const poor = await funded(consortium.dir, 'poor', provider(), PURSE)
    const lines = await Promise.all([rich, poor].map(one => goOnline(one, '--offer', provider().offer)))
    const flows = lines.map(({ port }) => download(port, `${origin.url}/bytes/${64 * MIB}?seconds=120`))
    await until(async () => ((await sessionOf(rich))?.roundsPaid ?? 0) > 0)
    await until(async () => ((await sessionOf(poor))?.roundsPaid ?? 0) > 0)

    for (const name of ['v3', 'v4']) consortium.member(name).signal('SIGSTOP')
    await new Promise(done => setTimeout(done, 2_000))
    const halted = await heights()
    const before = await sessionOf(rich)
    const carried = flows[0]?.bytes ?? 0
    await until(async () => ((await sessionOf(rich))?.roundsPaid ?? 0) >= (before?.roundsPaid ?? 0) + ROUNDS, 60_000)
    await until(async () => (await sessionOf(poor))?.state === 'closed', 60_000)
    const during = await sessionOf(rich)
    expect(await heights()).toEqual(halted)
    expect(flows[0]?.bytes).toBeGreaterThan(carried)
    expect(during?.state).not.toBe('closed')
    expect(unsettled(during)).toBeGreaterThanOrEqual(ROUND * BigInt(ROUNDS - 1))
    // The provider's limit: never more at risk than the client has, but for the round in which that shows.
    const ended = await sessionOf(poor)
    expect(BigInt(ended?.paid ?? 0)).toBeGreaterThan(0n)
    expect(BigInt(ended?.paid ?? 0)).toBeLessThanOrEqual(PURSE + 2n * ROUND)

    for (const name of ['v3', 'v4']) consortium.member(name).signal('SIGCONT')
    await Promise.all(lines.map(line => line.stop()))
    await Promise.all(flows.map(({ done }) => done))
    await until(async () => unsettled(await sessionOf(rich)) === 0n, 60_000)
    const paid = BigInt((await sessionOf(rich))?.paid ?? 0)
    expect(paid).toBeGreaterThanOrEqual(BigInt(during?.paid ?? 0))
    for (const name of ['v2', 'v3']) {
      const { node } = consortium.member(name)
      await until(async () => FUNDS - (await node.balance(rich.wallet.did)) === paid, 60_000)
    }
  }, 240_000)
}

/** A visitor who has just so much. */
async function funded(dir: string, name: string, node: NodeProcess, amount: bigint): Promise<Visitor> {
  const home = join(dir, name)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const wallet = walletFromSeed(openOrCreateKeystore(join(home, 'wallet.json')), nodePorts)
  writeFileSync(join(home, 'node.url'), `${node.url}\n`)
  await node.pay(wallet.did, amount)
  return { home, wallet }
}

const missing = await missingCometbft()
if (missing === undefined) describe('sessions', suite)
else {
  it('sessions', context => {
    console.log(`SKIPPED: ${missing}`)
    context.skip(missing)
  })
}
