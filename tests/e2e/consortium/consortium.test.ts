import { describe, expect, it } from 'vitest'
import { missingCometbft } from '../validators.js'
import { type ConsortiumWish, whyNoSmallDisk } from './consortium.js'
import { type Network, randomManifest } from './manifest.js'
import { MANIFESTS } from './manifests/index.js'
import { run } from './runner.js'
import { loopbackWiring } from './wiring/index.js'

/** Cut lines, a slow one, and two halts; on loopback also where namespaces can be had. Others run by hand (`npm run soak -- --seed N`). */
const SEED = 23

/** Networks that would prove nothing about a halt if none had been seen. */
const TWO_HALTS = ['outage', `seed ${SEED}`]

/** A figure of a run that is not there must not look like one that is good. */
async function holds(wanted: Network, wish: ConsortiumWish = {}): Promise<void> {
  const network = possible(wanted)
  const report = await run(network, wish)
  console.log(JSON.stringify(report))
  expect(report.violations).toEqual([])
  expect(report.accepted).toBeGreaterThan(network.faults.length)
  expect(report.blocks).toBeGreaterThan(0)
  if (TWO_HALTS.includes(network.name)) expect(report.halts).toBeGreaterThanOrEqual(2)
}

/** The network without what this machine cannot do. */
function possible(network: Network): Network {
  const faults = network.faults.filter(({ kind }) => kind !== 'disk')
  const why = faults.length === network.faults.length ? undefined : whyNoSmallDisk()
  if (why === undefined) return network
  console.log(`SKIPPED: a full disk: ${why}`)
  return { ...network, faults }
}

function suite(): void {
  it.each(MANIFESTS.map(network => [network.name, network] as const))('%s', (_, network) => holds(network), 300_000)
  it(`seed ${SEED} on loopback`, () => holds(randomManifest(SEED), { wiring: loopbackWiring }), 300_000)
}

const missing = await missingCometbft()
if (missing === undefined) describe('a network whatever happens', suite)
else {
  it('a network whatever happens', context => {
    console.log(`SKIPPED: ${missing}`)
    context.skip(missing)
  })
}
