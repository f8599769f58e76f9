import { expect, it } from 'vitest'
import type { NetlinkLine } from './socket.js'
import { Writer } from './writer.js'

/** Types and flags of linux/netlink.h. */
const NOOP = 1
const REQUEST_ACK = 5
const ROUTING = 0

/** More than the default buffer, 160 KiB where words have 32 bits and 208 KiB elsewhere; a buffer that is asked for is twice that (socket(7)). */
const LONG = 300_000

it.each(['short', 'long'] as const)('sends more at once than a default buffer holds: %s answers', async answers => {
  const line = await lineOf(answers)
  if (line === undefined) return
  try {
    const seq = line.takeSeq(1)
    const to = new Writer(LONG + 100)
    const at = to.beginMessage(NOOP, REQUEST_ACK, seq)
    to.raw(Buffer.alloc(LONG))
    to.endMessage(at)
    let errno: number | undefined
    await line.exchange(to.bytes(), seq, seq, ({ body }) => {
      errno = body.readInt32LE(0)
      return true
    })
    expect(errno).toBe(0)
  } finally {
    line.close()
  }
})

async function lineOf(answers: 'short' | 'long'): Promise<NetlinkLine | undefined> {
  try {
    const { NetlinkLine: Line } = await import('./socket.js')
    return new Line(ROUTING, answers)
  } catch (error) {
    console.log(`SKIPPED: no netlink on this machine: ${String(error)}`)
    return undefined
  }
}
