import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeRequest, decodeResponse, encodeRequest, exact, millis } from './codec.js'
import { FrameError, FrameReader, frame, MAX_FRAME_BYTES } from './frames.js'
import type { AbciHandlers } from './messages.js'
import { type AbciEvent, type AbciServer, startAbciServer } from './server.js'

let dir = ''
let server: AbciServer | undefined
let events: AbciEvent[] = []
/** Order in which handlers began and ended. */
let trace: string[] = []

const refuse = () => {
  throw new Error('this test does not ask that')
}
const handlers: AbciHandlers = {
  info: () => ({
    data: '',
    version: '',
    appVersion: 0,
    lastBlockHeight: 7,
    lastBlockAppHash: Buffer.from('ab', 'hex'),
  }),
  initChain: refuse,
  query: () => ({ code: 1, log: '', codespace: 'X' }),
  checkTx: async ({ tx }) => {
    const name = Buffer.from(tx).toString()
    trace.push(`begin ${name}`)
    await pause(Number(name))
    trace.push(`end ${name}`)
    return { code: 0 }
  },
  prepareProposal: refuse,
  processProposal: refuse,
  finalizeBlock: refuse,
  commit: async () => {
    trace.push('begin commit')
    await pause(5)
    trace.push('end commit')
    return { retainHeight: 0 }
  },
  listSnapshots: () => ({ snapshots: [] }),
  loadSnapshotChunk: refuse,
  offerSnapshot: refuse,
  applySnapshotChunk: refuse,
}

beforeEach(async () => {
  events = []
  trace = []
  dir = await mkdtemp(join(tmpdir(), 'conet-abci-'))
  server = await startAbciServer({ path: join(dir, 's'), handlers, onEvent: event => events.push(event) })
})
afterEach(async () => {
  await server?.close()
  await rm(dir, { recursive: true })
})

/** Plays CometBFT: one connection, answers in order. */
class Caller {
  readonly socket: Socket
  readonly #frames = new FrameReader()
  readonly #answers: ReturnType<typeof decodeResponse>[] = []

  constructor() {
    this.socket = connect({ path: join(dir, 's') })
    this.socket.on('data', chunk => {
      for (const bytes of this.#frames.push(chunk)) this.#answers.push(decodeResponse(bytes))
    })
  }

  send(name: string, value: object = {}): void {
    this.socket.write(frame(encodeRequest(name, value)))
  }

  async answers(count: number) {
    while (this.#answers.length < count) await once(this.socket, 'data')
    return this.#answers
  }
}

const check = (ms: number) => ({ tx: Buffer.from(String(ms)), type: 0 })

describe('abci server', () => {
  it('answers what it knows; an empty answer still says what it answers', async () => {
    const caller = new Caller()
    for (const name of ['flush', 'info', 'listSnapshots', 'query']) caller.send(name)
    caller.send('echo', { message: 'hello' })
    const answers = await caller.answers(5)
    expect(answers.map(answer => answer?.name)).toEqual(['flush', 'info', 'listSnapshots', 'query', 'echo'])
    expect(answers[1]?.value.lastBlockHeight).toBe(7n)
    expect(answers[4]?.value).toEqual({ message: 'hello' })
    caller.socket.destroy()
  })

  it('keeps the order of one connection, runs checks together and nothing else', async () => {
    const caller = new Caller()
    caller.send('checkTx', check(30))
    caller.send('checkTx', check(1))
    caller.send('commit')
    caller.send('checkTx', check(0))
    expect((await caller.answers(4)).map(answer => answer?.name)).toEqual(['checkTx', 'checkTx', 'commit', 'checkTx'])
    expect(trace.slice(0, 3)).toEqual(['begin 30', 'begin 1', 'end 1'])
    expect(trace.slice(3)).toEqual(['end 30', 'begin commit', 'end commit', 'begin 0', 'end 0'])
    caller.socket.destroy()
  })

  it('does not let one connection wait for another', async () => {
    const [slow, quick] = [new Caller(), new Caller()]
    slow.send('checkTx', check(10_000))
    quick.send('info')
    expect((await quick.answers(1))[0]?.name).toBe('info')
    slow.socket.destroy()
    quick.socket.destroy()
  })

  it('answers an unknown request, and one that fails, with an exception, and goes on', async () => {
    const caller = new Caller()
    // Field 21, insert_tx of other mempools.
    caller.socket.write(frame(Buffer.from('aa0100', 'hex')))
    caller.send('initChain', { chainId: 'x' })
    caller.send('info')
    const answers = await caller.answers(3)
    expect(answers.map(answer => answer?.name)).toEqual(['exception', 'exception', 'info'])
    expect(answers[0]?.value.error).toMatch(/does not know/)
    expect(events.filter(event => event.type === 'exception')).toHaveLength(2)
    caller.socket.destroy()
  })

  it('closes a connection that sends what is no message, says why, and serves the others', async () => {
    const other = new Caller()
    for (const bytes of [
      Buffer.alloc(16, 0xff),
      frame(Buffer.from('0aff01', 'hex')),
      Buffer.from('ffffffff7f', 'hex'),
    ]) {
      const caller = new Caller()
      caller.socket.on('error', () => {})
      caller.socket.write(bytes)
      await once(caller.socket, 'close')
    }
    expect(events.filter(event => event.type === 'malformed')).toHaveLength(3)
    other.send('info')
    expect((await other.answers(1))[0]?.name).toBe('info')
    other.socket.destroy()
  })
})

describe('abci bytes', () => {
  it('cuts any stream into the same messages, wherever it is broken', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 })
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 64 }), (list, step) => {
        const stream = Buffer.concat(list.map(frame))
        const reader = new FrameReader()
        const found: Buffer[] = []
        for (let at = 0; at < stream.length; at += step) found.push(...reader.push(stream.subarray(at, at + step)))
        expect(found.map(bytes => bytes.toString('hex'))).toEqual(list.map(one => Buffer.from(one).toString('hex')))
      }),
    )
  })

  it('refuses lengths that nobody means', () => {
    const reader = new FrameReader(10)
    expect(() => reader.push(frame(Buffer.alloc(11)))).toThrow(FrameError)
    expect(() => new FrameReader().push(Buffer.alloc(6, 0x80))).toThrow(FrameError)
    expect(MAX_FRAME_BYTES).toBeLessThan(100 * 2 ** 20)
  })

  it('knows heights exactly, and refuses those that JavaScript would round', () => {
    const read = (height: number | bigint) => {
      const request = decodeRequest(encodeRequest('finalizeBlock', { height: BigInt(height) }))
      if (request?.name !== 'finalizeBlock') throw new Error('it is one')
      return exact(request.value.height, 'a height')
    }
    expect(read(2 ** 53 - 1)).toBe(2 ** 53 - 1)
    expect(() => read(2n ** 53n)).toThrow(/2\^53/)
    expect(() => read(2n ** 63n - 1n)).toThrow(/2\^53/)
    expect(millis({ seconds: 1_800_000_000n, nanos: 1_999_999 })).toBe(1_800_000_000_001)
    expect(() => millis(null)).toThrow(/no time/)
  })
})
