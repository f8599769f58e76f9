import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { join } from './join.js'
import { FlowMeter } from './meter.js'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Both ends of one connection. */
async function pair(): Promise<[near: Socket, far: Socket]> {
  const server = createServer({ allowHalfOpen: true })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  const [near] = (await once(server, 'connection')) as [Socket]
  return [near, far]
}

async function readAll(socket: Socket): Promise<number> {
  let bytes = 0
  socket.on('data', chunk => {
    bytes += chunk.length
  })
  await once(socket, 'close')
  return bytes
}

const MIB = 1_048_576n

/** Below every high-water mark: the joined side goes on reading while this waits on the other one. */
const PIECE = Buffer.alloc(4_096)

/** Sends until a piece is stuck in `stuckIn`, whose peer does not read, then ends. @returns bytes sent */
async function fillAndEnd(from: Socket, reads: Socket, stuckIn: Socket): Promise<number> {
  const before = reads.bytesRead
  let sent = 0
  while (stuckIn.writableLength === 0) {
    from.write(PIECE)
    sent += PIECE.length
    while (reads.bytesRead - before < sent) await new Promise(setImmediate)
  }
  from.end()
  return sent
}

describe('join', () => {
  it('gives a program that half-closed and reads late everything the tunnel brought', async () => {
    const [local, program] = await pair()
    const [tunnel, provider] = await pair()
    const meter = new FlowMeter()
    const joined = join(local, tunnel, meter)
    program.end('ask')
    await once(provider.resume(), 'end')
    const sent = await fillAndEnd(provider, tunnel, local)
    await once(tunnel, 'close')
    expect(await readAll(program)).toBe(sent)
    expect(await joined).toBe(sent)
    expect(meter.read()).toEqual({ bytesUp: 3n, bytesDown: BigInt(sent), inFlight: 0n })
    expect(meter.openFlows).toBe(0)
  })

  it('brings everything of a program that has gone in order to a provider that reads late', async () => {
    const [local, program] = await pair()
    const [tunnel, provider] = await pair()
    const joined = join(local, tunnel, new FlowMeter())
    provider.end('answer')
    await once(program.resume(), 'end')
    const sent = await fillAndEnd(program, local, tunnel)
    await once(local, 'close')
    expect(await readAll(provider)).toBe(sent)
    expect(await joined).toBe(6)
  })

  it('ends both when one breaks, and counts what may be lost', async () => {
    const [local, program] = await pair()
    const [tunnel, provider] = await pair()
    provider.on('error', () => undefined)
    const meter = new FlowMeter()
    const joined = join(local, tunnel, meter)
    program.write('ask')
    await once(provider, 'data')
    program.resetAndDestroy()
    local.on('error', () => undefined)
    await joined
    expect(tunnel.destroyed).toBe(true)
    expect(meter.read().inFlight).toBeGreaterThan(0n)
  })

  it('counts what has arrived for a program that stopped reading, before it breaks off', async () => {
    const [local, program] = await pair()
    const [tunnel, provider] = await pair()
    for (const socket of [provider, local]) socket.on('error', () => undefined)
    const meter = new FlowMeter()
    const joined = join(local, tunnel, meter)
    program.pause()
    let sent = 0
    // Until every buffer on the way is full: nothing has moved for longer than a stop counts as one.
    for (let waited = 0; waited < 300; ) {
      const full = provider.writableLength > 0
      if (!full) provider.write(Buffer.alloc(65_536))
      sent += full ? 0 : 65_536
      waited = full ? waited + 20 : 0
      await new Promise(resolve => (full ? setTimeout(resolve, 20) : setImmediate(resolve)))
    }
    const before = meter.read()
    expect(before.inFlight).toBe(4n * MIB + before.bytesDown)
    program.resetAndDestroy()
    await joined
    const after = meter.read()
    expect(Number(after.bytesDown)).toBeGreaterThan(Number(before.bytesDown))
    expect(sent - Number(after.bytesDown)).toBeLessThan(Number(after.inFlight))
  })

  it('allows for what a slow way keeps from a program that reads, until nothing has come for long', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0)
    const meter = new FlowMeter()
    const flow = meter.begin()
    meter.down(flow, 70_000)
    expect(meter.read().inFlight).toBe(MIB / 4n + 140_000n)
    now.mockReturnValue(9_000)
    meter.down(flow, 10_000_000)
    expect(meter.read().inFlight).toBe(4n * MIB)
    now.mockReturnValue(20_000)
    expect(meter.read().inFlight).toBe(0n)
    meter.end(flow, false)
    now.mockRestore()
  })

  it('allows over a chain for what waits at the exit, until nothing has come for long', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0)
    const meter = new FlowMeter(true)
    meter.down(meter.begin(), 70_000)
    expect(meter.read().inFlight).toBe(4n * MIB + 70_000n)
    now.mockReturnValue(11_000)
    expect(meter.read().inFlight).toBe(0n)
    now.mockRestore()
  })

  it('allows nothing for flows that the tunnel broke, and little for many that were broken here', async () => {
    const [local] = await pair()
    const [tunnel, provider] = await pair()
    const meter = new FlowMeter()
    const joined = join(local, tunnel, meter)
    tunnel.on('error', () => undefined)
    provider.resetAndDestroy()
    await joined
    expect(meter.read().inFlight).toBe(0n)
    for (let flow = 0; flow < 100; flow++) meter.end(meter.begin(), true)
    expect(meter.read().inFlight).toBe(4n * 4n * MIB)
    // What came through may have let the buffers grow.
    const flow = meter.begin()
    meter.down(flow, 1_000_000)
    meter.end(flow, true)
    expect(meter.read().inFlight).toBe(4n * 4n * MIB + 3_000_000n)
  })
})
