import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'vitest'
import { openCometbft } from '../index.js'
import { engineSuite } from '../suite.js'
import { TINY_GENESIS, tinyApplication } from '../testing/index.js'
import { missingCometbft, shiftedApplication } from './testing/index.js'

const missing = await missingCometbft()

if (missing !== undefined) {
  it('runs with CometBFT', context => {
    console.log(`SKIPPED: ${missing}`)
    context.skip(missing)
  })
} else {
  engineSuite('cometbft, one validator', async () => {
    let shiftMs = 0
    const dir = await mkdtemp(join(tmpdir(), 'conet-cometbft-'))
    const application = shiftedApplication(tinyApplication, () => shiftMs)
    const engine = await openCometbft({ dir, genesis: TINY_GENESIS, application })
    await engine.start()
    return {
      engine,
      advance: ms => {
        shiftMs += ms
      },
      async close() {
        await engine.stop()
        await rm(dir, { recursive: true })
      },
    }
  })
}
