import type { Duplex } from 'node:stream'
import type { AccessPoint } from '@conet/core/rounds'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from './clock.js'
import type { Admission, Gateway, GatewayEvent } from './contract.js'

/** One gateway, started, with a way through it. */
export interface GatewayUnderTest {
  readonly gateway: Gateway
  readonly clock: Clock
  /** Opens a flow through the gateway to a service that sends everything back. Rejects if the gateway refuses. */
  reach(access: AccessPoint): Promise<Duplex>
  /** Waits until counts and events are as fresh as the gateway promises; one that counts in its own process needs none. */
  settle?(): Promise<void>
  /** `false` for a gateway that cannot tell how many flows are open and says 0. Default true. */
  readonly countsFlows?: boolean
  dispose(): Promise<void>
}

const PLENTY = 2n ** 40n
const HOUR = 3_600_000

/** Waits for an event of one type, from now on. */
export function nextEvent(gateway: Gateway, type: GatewayEvent['type']): Promise<GatewayEvent> {
  return new Promise(resolve => {
    const stop = gateway.onEvent(event => {
      if (event.type !== type) return
      stop()
      resolve(event)
    })
  })
}

/** Waits until a stream is over, however it ended. */
export function over(stream: Duplex): Promise<void> {
  return new Promise(resolve => {
    if (stream.destroyed) return resolve()
    // A reset with bytes still unread reaches Node as an orderly end: there the half-open stream must be closed by hand.
    stream
      .on('error', () => {})
      .once('end', () => stream.destroy())
      .once('close', resolve)
    stream.resume()
  })
}

/** Writes and waits for the same number of bytes to come back. */
export async function echo(stream: Duplex, size: number): Promise<number> {
  let back = 0
  const all = new Promise<void>((resolve, reject) => {
    const take = (chunk: Uint8Array) => {
      back += chunk.length
      if (back < size) return
      stream.removeListener('data', take).removeListener('close', gone).pause()
      resolve()
    }
    const gone = () => reject(new Error(`the flow ended after ${back} of ${size} bytes`))
    stream.on('data', take).once('close', gone)
    stream.resume()
  })
  stream.write(Buffer.alloc(size, 7))
  await all
  return back
}

/** The promises of `contract.ts`, for any gateway. */
export function gatewayContract(name: string, create: () => Promise<GatewayUnderTest>): void {
  describe(`${name} keeps the gateway contract`, () => {
    let under: GatewayUnderTest
    beforeEach(async () => {
      under = await create()
    })
    afterEach(async () => {
      await under.dispose()
    })
    const admission = (change: Partial<Admission> = {}): Admission => ({
      session: 'aa'.repeat(16),
      until: under.clock.now() + HOUR,
      quota: PLENTY,
      ...change,
    })
    serving(() => under, admission)
    ending(() => under, admission)
    limiting(() => under, admission)
    refusing(() => under, admission)
  })
}

type Under = () => GatewayUnderTest
type Admit = (change?: Partial<Admission>) => Admission

function serving(under: Under, admission: Admit): void {
  it('lets a session through and counts both ways', async () => {
    const { gateway, reach, settle, countsFlows = true } = under()
    const flow = await reach(await gateway.open(admission()))
    await echo(flow, 100_000)
    await settle?.()
    const meter = gateway.meter(admission().session)
    expect(meter.bytesUp).toBeGreaterThanOrEqual(100_000n)
    expect(meter.bytesDown).toBeGreaterThanOrEqual(100_000n)
    expect(meter.openFlows).toBe(countsFlows ? 1 : 0)
    flow.destroy()
  })

  it('counts each session on its own', async () => {
    const { gateway, reach, settle } = under()
    const first = await reach(await gateway.open(admission()))
    const second = await reach(await gateway.open(admission({ session: 'bb'.repeat(16) })))
    await echo(first, 5_000)
    await echo(second, 70)
    await settle?.()
    expect(gateway.meter('aa'.repeat(16)).bytesUp).toBeGreaterThanOrEqual(5_000n)
    expect(gateway.meter('bb'.repeat(16)).bytesUp).toBeLessThan(5_000n)
  })

  it('goes on over the first end when extended', async () => {
    const { gateway, clock, reach } = under()
    const session = admission({ until: clock.now() + 400 })
    const flow = await reach(await gateway.open(session))
    await gateway.extend(session.session, clock.now() + HOUR, PLENTY)
    await new Promise<void>(resolve => clock.after(600, resolve))
    expect(await echo(flow, 1_000)).toBe(1_000)
  })
}

function ending(under: Under, admission: Admit): void {
  it('cuts flows by itself when the time is over, and lets nothing in again', async () => {
    const { gateway, clock, reach } = under()
    const session = admission({ until: clock.now() + 300 })
    const expired = nextEvent(gateway, 'expired')
    const access = await gateway.open(session)
    const flow = await reach(access)
    await echo(flow, 1_000)
    await over(flow)
    expect(clock.now()).toBeGreaterThanOrEqual(session.until)
    expect(await expired).toEqual({ type: 'expired', session: session.session })
    await expect(reach(access)).rejects.toThrow()
    expect(gateway.meter(session.session).openFlows).toBe(0)
    await expect(gateway.extend(session.session, clock.now() + HOUR, PLENTY)).rejects.toMatchObject({
      code: 'SESSION_EXPIRED',
    })
  })

  it('cuts every flow on close and tells the last count, twice the same', async () => {
    const { gateway, reach } = under()
    const access = await gateway.open(admission())
    const flow = await reach(access)
    await echo(flow, 3_000)
    const meter = await gateway.close(admission().session)
    await over(flow)
    expect(meter.bytesUp).toBeGreaterThanOrEqual(3_000n)
    expect(meter.openFlows).toBe(0)
    expect(await gateway.close(admission().session)).toEqual(meter)
    await expect(reach(access)).rejects.toThrow()
  })

  it('frees everything on stop', async () => {
    const { gateway, reach } = under()
    const flow = await reach(await gateway.open(admission()))
    await gateway.stop()
    await over(flow)
    await expect(gateway.open(admission({ session: 'cc'.repeat(16) }))).rejects.toMatchObject({
      code: 'GATEWAY_STOPPED',
    })
    expect(() => gateway.meter(admission().session)).toThrow()
  })
}

function limiting(under: Under, admission: Admit): void {
  it('holds flows back at the quota and resumes when it is raised', async () => {
    const { gateway, reach } = under()
    const held = nextEvent(gateway, 'quota')
    const session = admission({ quota: 50_000n })
    const flow = await reach(await gateway.open(session))
    const all = echo(flow, 4_000_000)
    const event = await held
    expect(event).toMatchObject({ type: 'quota', session: session.session })
    const { bytesUp, bytesDown } = gateway.meter(session.session)
    expect(bytesUp + bytesDown).toBeGreaterThanOrEqual(50_000n)
    expect(bytesUp + bytesDown).toBeLessThan(50_000n + 300_000n)
    await gateway.extend(session.session, session.until, PLENTY)
    expect(await all).toBe(4_000_000)
  })

  it('tells once per extension that half of the free quota is used', async () => {
    const { gateway, reach, settle } = under()
    const halves: GatewayEvent[] = []
    gateway.onEvent(event => event.type === 'half' && halves.push(event))
    const session = admission({ quota: 100_000n })
    const flow = await reach(await gateway.open(session))
    await echo(flow, 10_000)
    await settle?.()
    expect(halves).toHaveLength(0)
    await echo(flow, 30_000)
    await echo(flow, 1_000)
    await settle?.()
    expect(halves).toHaveLength(1)
    await gateway.extend(session.session, session.until, 200_000n)
    await echo(flow, 1_000)
    await settle?.()
    expect(halves).toHaveLength(1)
    await echo(flow, 40_000)
    await settle?.()
    expect(halves).toHaveLength(2)
  })

  it('cuts held flows too when the time is over', async () => {
    const { gateway, clock, reach } = under()
    const session = admission({ until: clock.now() + 300, quota: 10n })
    const flow = await reach(await gateway.open(session))
    flow.on('error', () => {})
    flow.write(Buffer.alloc(100_000))
    await over(flow)
    expect(clock.now()).toBeGreaterThanOrEqual(session.until)
  })
}

function refusing(under: Under, admission: Admit): void {
  it('names unknown and doubled sessions', async () => {
    const { gateway } = under()
    await gateway.open(admission())
    await expect(gateway.open(admission())).rejects.toMatchObject({ code: 'SESSION_EXISTS' })
    const nobody = 'dd'.repeat(16)
    await expect(gateway.extend(nobody, 1, 1n)).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' })
    await expect(gateway.close(nobody)).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' })
    expect(() => gateway.meter(nobody)).toThrow(expect.objectContaining({ code: 'SESSION_UNKNOWN' }))
  })

  it('lets a listener go', async () => {
    const { gateway, clock, reach } = under()
    const heard: GatewayEvent[] = []
    gateway.onEvent(event => heard.push(event))()
    const expired = nextEvent(gateway, 'expired')
    await reach(await gateway.open(admission({ until: clock.now() + 300 })))
    await expired
    expect(heard).toEqual([])
  })

  it('opens an id again after it was closed, with fresh counts and credentials', async () => {
    const { gateway, reach } = under()
    const before = await gateway.open(admission())
    await echo(await reach(before), 2_000)
    await gateway.close(admission().session)
    const after = await gateway.open(admission())
    expect(after.password).not.toBe(before.password)
    expect(gateway.meter(admission().session).bytesUp).toBe(0n)
  })
}
