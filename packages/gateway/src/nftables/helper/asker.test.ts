import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { say, takeLines } from './asker.js'

let folder: string
let server: Server
let asker: Socket
let helper: Socket

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'conet-asker-'))
  server = createServer().listen(join(folder, 's'))
  const accepted = once(server, 'connection') as Promise<[Socket]>
  asker = connect(join(folder, 's')).on('error', () => {})
  helper = (await accepted)[0].on('error', () => {})
})
afterEach(() => {
  for (const socket of [asker, helper]) socket.destroy()
  server.close()
  rmSync(folder, { recursive: true })
})

describe('the other end of the helper’s socket', () => {
  it('is read no faster than it is answered', async () => {
    let taken = 0
    const answers: (() => void)[] = []
    takeLines(helper, () => new Promise<void>(resolve => answers.push(resolve) && taken++))
    const line = Buffer.from(`${'x'.repeat(1_000)}\n`)
    for (let sent = 0; sent < 20_000; sent++) asker.write(line)
    while (taken < 256) await new Promise(setImmediate)
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
    // What was read in one piece with the last one is taken too.
    expect(taken).toBeLessThan(600)
    while (taken < 20_000) {
      for (const done of answers.splice(0)) done()
      await new Promise(setImmediate)
    }
  })

  it('is cut off if it never reads', async () => {
    const closed = once(helper, 'close')
    const answer = { id: 1, ok: true, result: 'x'.repeat(1_000_000) }
    asker.pause()
    for (let told = 0; told < 40; told++) say(helper, answer)
    await closed
  })

  it('is cut off in a line without end', async () => {
    takeLines(helper, async () => {})
    const closed = once(helper, 'close')
    asker.write(Buffer.alloc(3_000_000, 'x'))
    await closed
  })
})
