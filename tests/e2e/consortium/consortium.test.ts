import { describe, expect, it } from 'vitest'
import { missingCometbft } from '../validators.js'
import { whyNoSmallDisk } from './consortium.js'
import { type Network, randomManifest } from './manifest.js'
import { MANIFESTS } from './manifests/index.js'
import { run } from './runner.js'

/** Found once, kept: the same trouble each time. Others are run by hand (`npm run soak -- --seed N`). */
const SEEDS = [7]

/** A figure of a run that is not there must not look like one that is good. */
async function holds(wanted: Network): Promise<void> {
  const network = possible(wanted)
  const report = await run(network)
  console.log(JSON.stringify(report))
  expect(report.violations).toEqual([])
  expect(report.accepted).toBeGreaterThan(network.faults.length)
  expect(report.blocks).toBeGreaterThan(0)
  if (network.name === 'outage') expect(report.halts).toBeGreaterThanOrEqual(2)
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
  const networks = [...MANIFESTS, ...SEEDS.map(seed => randomManifest(seed))]
  it.each(networks.map(network => [network.name, network] as const))('%s', (_, network) => holds(network), 300_000)
}

const missing = await missingCometbft()
if (missing === undefined) describe('a network whatever happens', suite)
else {
  it('a network whatever happens', context => {
    console.log(`SKIPPED: ${missing}`)
    context.skip(missing)
  })
}
