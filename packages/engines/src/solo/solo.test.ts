import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSolo } from '../index.js'
import { engineSuite } from '../suite.js'
import { TINY_GENESIS, tinyApplication } from '../testing/index.js'

for (const kept of ['in memory', 'in a folder']) {
  engineSuite(`solo ${kept}`, async () => {
    let nowMs = 10_000
    const dir = kept === 'in memory' ? undefined : await mkdtemp(join(tmpdir(), 'conet-solo-'))
    const engine = await openSolo({
      ...(dir === undefined ? {} : { dir }),
      genesis: TINY_GENESIS,
      application: tinyApplication,
      clock: () => nowMs,
    })
    await engine.start()
    return {
      engine,
      advance: ms => {
        nowMs += ms
      },
      async close() {
        await engine.stop()
        if (dir !== undefined) await rm(dir, { recursive: true })
      },
    }
  })
}
