import { describe, expect, it } from 'vitest'
import { sha256 } from '../identity/index.js'
import { createApplication } from './machine.js'
import { memoryStorage } from './memory.js'
import { ASSET, genesisOf, TestLedger, tx, voucher, who } from './testing/index.js'
import { allModules } from './testing/modules.js'
import type { Application, SnapshotInfo } from './types.js'

const history = [
  tx(who.client, 'accounts/transfer', { asset: ASSET, to: who.other.did, amount: '10' }),
  tx(who.client, 'accounts/transfer', { asset: ASSET, to: who.provider.did, amount: '990' }),
  voucher({ owed: '77' }),
]
const grown = () => {
  const ledger = new TestLedger(genesisOf({ client: 1000n }))
  for (const message of history) ledger.run(message)
  return ledger
}
const empty = () => createApplication({ modules: allModules(), storage: memoryStorage(), sha256 })
const chunksOf = (app: Application, info: SnapshotInfo) =>
  Array.from({ length: info.chunks }, (_, i) => app.snapshotChunk(info.height, i))

describe('snapshot', () => {
  it('has the same bytes on every replica, also on one that restarted or was restored', () => {
    const one = grown().app
    const two = grown().app
    const info = one.snapshot()
    expect(two.snapshot()).toEqual(info)
    expect(chunksOf(two, info)).toEqual(chunksOf(one, info))
    const three = empty()
    three.restore(info, chunksOf(one, info))
    expect(three.snapshot()).toEqual(info)
    expect(chunksOf(three, info)).toEqual(chunksOf(one, info))
  })

  it('restores a ledger that goes on like the original, replay windows included', () => {
    const ledger = grown()
    const info = ledger.app.snapshot()
    const restored = empty()
    expect(restored.restore(info, chunksOf(ledger.app, info))).toEqual(ledger.app.info())
    const next = {
      height: info.height + 1,
      timeMs: ledger.timeMs + 1,
      txs: [...history, voucher({ owed: '80', round: 2 })],
    }
    const expected = ledger.app.finalizeBlock(next)
    expect(restored.finalizeBlock(next)).toEqual(expected)
    expect(expected.results.map(result => result.code)).toEqual(['REPLAYED', 'REPLAYED', 'NOTHING_NEW', 'OK'])
    restored.commit()
    restored.checkInvariants()
  })

  const text = (app: Application, info: SnapshotInfo) => new TextDecoder().decode(chunksOf(app, info)[0])
  it.each([
    ['a balance', (snapshot: string) => snapshot.replace('"balance":"10"', '"balance":"11"')],
    ['a remembered hash', (snapshot: string) => snapshot.replace(history[0]?.envelope.hash ?? '', 'f'.repeat(64))],
    ['a missing window', (snapshot: string) => snapshot.replace(/~seen.*\n/, '')],
    ['every window', (snapshot: string) => snapshot.replace(/~seen.*\n/g, '')],
    ['a window too many', (snapshot: string) => snapshot.replace(/~seen\/\d+(.*\n)/, '$&~seen/00000001$1')],
    ['the height of a window', (snapshot: string) => snapshot.replace(/([\s\S]*~seen\/\d+\/)0/, '$19')],
    ['the form of a window', (snapshot: string) => snapshot.replace(/([\s\S]*~seen\/\d+\/)0/, '$1')],
    ['a time before its windows', (snapshot: string) => snapshot.replace(/"timeMs":\d+(,"appHash")/, '"timeMs":1$1')],
    ['an unknown entry', (snapshot: string) => `${snapshot}~junk 1\n`],
    ['an entry behind all keys', (snapshot: string) => `${snapshot}\x7fjunk 1\n`],
    ['the ledger id', (snapshot: string) => snapshot.replace('"lid":"test","height"', '"lid":"evil","height"')],
    ['a missing record', (snapshot: string) => snapshot.slice(snapshot.indexOf('\n') + 1)],
    ['a line without key', (snapshot: string) => `${snapshot}nonsense\n`],
    ['its end', (snapshot: string) => snapshot.slice(0, 200)],
  ])('is refused when %s was changed, and leaves nothing behind', (_, change) => {
    const { app } = grown()
    const info = app.snapshot()
    const original = text(app, info)
    expect(change(original)).not.toBe(original)
    const target = empty()
    const changed = [new TextEncoder().encode(change(original))]
    expect(() => target.restore(info, changed)).toThrow(expect.objectContaining({ code: 'SNAPSHOT_MISMATCH' }))
    expect(target.info().lid).toBe('')
    expect(target.restore(info, chunksOf(app, info)).appHash).toBe(info.appHash)
  })

  it('is restored into empty storage only, against the announced hash only, and only the latest is kept', () => {
    const ledger = grown()
    const info = ledger.app.snapshot()
    const chunks = chunksOf(ledger.app, info)
    expect(() => ledger.app.restore(info, chunks)).toThrow(expect.objectContaining({ code: 'STORAGE_NOT_EMPTY' }))
    const other = { ...info, appHash: 'f'.repeat(64) }
    expect(() => empty().restore(other, chunks)).toThrow(expect.objectContaining({ code: 'SNAPSHOT_MISMATCH' }))
    expect(() => empty().restore(info, [Uint8Array.of(0xff)])).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_MISMATCH' }),
    )
    expect(() => ledger.app.snapshotChunk(info.height, 1)).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_UNKNOWN' }),
    )
    ledger.block([voucher({ owed: '90', round: 3 })])
    ledger.app.snapshot()
    expect(() => ledger.app.snapshotChunk(info.height, 0)).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_UNKNOWN' }),
    )
  })
})
