import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseConfig, startNode } from '../index.js'
import { createLogger } from '../log/index.js'
import { boardEvents } from './board.js'

it('gives what stands on a real ledger as the events of its blocks gave it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conet-board-'))
  const terms = { perGiB: '1000000', perHour: '100', maxUnpaid: '5000', maxUnpaidCap: '500000' }
  const area = { lat: 48.86, lon: 2.35, radiusM: 300 }
  const offers = ['home', 'shop'].map(key => ({ key, name: key, area, terms, lifetimeMinutes: 60 }))
  const config = { dataDir: join(folder, 'node'), api: { port: 0 }, offers }
  const node = await startNode(parseConfig(JSON.stringify(config)), { log: createLogger('silent') })
  try {
    const told = new Map<string, object>()
    for (let height = 1; height <= node.engine.info().height; height++) {
      const block = await node.engine.block(height)
      for (const { events } of block?.result.results ?? []) {
        for (const event of events) if (event.type.startsWith('registry/')) told.set(JSON.stringify(event), event)
      }
    }
    expect(told.size).toBe(3)
    expect(boardEvents(node.engine)).toHaveLength(3)
    expect(boardEvents(node.engine)).toEqual(expect.arrayContaining([...told.values()]))
  } finally {
    await node.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
