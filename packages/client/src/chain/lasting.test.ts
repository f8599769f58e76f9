import { Duplex, PassThrough } from 'node:stream'
import { encodeFrame, type Frame, FrameScanner } from '@conet/core/carry'
import { describe, expect, it } from 'vitest'
import { Lasting } from './lasting.js'

const MIB = 1_048_576
const tick = () => new Promise<void>(resolve => setImmediate(resolve))

/** A leg whose other end is in the test's hands: `out` is what was written to it. */
function leg(reads = true): { end: Duplex; say(frame: Frame): void; out: PassThrough; frames: Frame[] } {
  const out = new PassThrough({ highWaterMark: 16 * 1024 })
  const back = new PassThrough()
  const end = Duplex.from({ writable: out, readable: back })
  const frames: Frame[] = []
  const scanner = new FrameScanner()
  if (reads) {
    out.on('data', chunk => {
      const read = scanner.push(chunk)
      if (read.ok) frames.push(...read.value)
    })
  }
  return { end, say: frame => void back.write(encodeFrame(frame)), out, frames }
}

const lasting = () => {
  const made = new Lasting(() => 0)
  made.on('error', () => {})
  made.resume()
  return made
}

describe('a stream over legs that are replaced', () => {
  it('confirms again on a new leg, since the confirmation before may be lost', async () => {
    const stream = lasting()
    const first = leg()
    stream.attach(first.end, 0)
    first.say({ type: 'data', from: 0, bytes: new Uint8Array(1_000) })
    await tick()
    const second = leg()
    stream.attach(second.end, 0)
    await tick()
    expect(second.frames).toContainEqual({ type: 'ack', received: 1_000, consumed: 1_000 })
  })

  it('does not wait for good when every confirmation was lost with a leg', async () => {
    const one = lasting()
    const other = lasting()
    const sent = new Promise<void>(resolve => one.write(new Uint8Array(9 * MIB), () => resolve()))
    // A leg that leads one way only, as when a relay's way back breaks.
    const there = leg()
    one.attach(there.end, 0)
    const oneWay = leg()
    other.attach(oneWay.end, 0)
    for (let turn = 0; turn < 400 && other.received < 9 * MIB; turn++) {
      await tick()
      for (const frame of there.frames.splice(0)) if (frame.type === 'data') oneWay.say(frame)
    }
    expect(other.received).toBe(9 * MIB)
    const [back, forth] = [leg(), leg()]
    one.attach(forth.end, other.received)
    other.attach(back.end, one.received)
    await tick()
    for (const frame of back.frames) forth.say(frame)
    await sent
  })

  it('gives a leg that nobody reads no more than it may hold, and keeps the rest once', async () => {
    const stream = lasting()
    const stuck = leg(false)
    stream.attach(stuck.end, 0)
    stream.write(new Uint8Array(7 * MIB))
    await tick()
    expect(stuck.end.writableLength).toBeLessThan(1.2 * MIB)
    for (let at = 0; at < 20_000; at++) stuck.say({ type: 'ping', id: at })
    await tick()
    const before = stuck.end.writableLength
    for (let at = 0; at < 200_000; at++) stuck.say({ type: 'ping', id: at })
    for (let turn = 0; turn < 50; turn++) await tick()
    expect(before).toBeLessThan(2.2 * MIB)
    expect(stuck.end.writableLength).toBeLessThan(2.2 * MIB)
  })

  it('knows when somebody confirmed in the name of the other end', async () => {
    const stream = lasting()
    const first = leg()
    stream.attach(first.end, 0)
    stream.write(new Uint8Array(1_000))
    await tick()
    first.say({ type: 'ack', received: 1_000, consumed: 1_000 })
    await tick()
    expect([0, 999, 1_000, 1_001].map(received => stream.canGoOn(received))).toEqual([false, false, true, false])
  })

  it('leaves a leg on which more is confirmed than was sent', async () => {
    const stream = lasting()
    const left = new Promise(resolve => stream.once('legless', resolve))
    const first = leg()
    stream.attach(first.end, 0)
    first.say({ type: 'ack', received: 5, consumed: 5 })
    await left
    expect(stream.destroyed).toBe(false)
  })
})
