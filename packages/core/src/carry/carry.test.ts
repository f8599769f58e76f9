import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  admitCarriage,
  carriageAllowance,
  encodeFrame,
  type Frame,
  FrameScanner,
  parseRoutes,
  type RelayLimits,
  type Route,
  rankRoutes,
  unpaidCarriage,
} from './index.js'

const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const text = fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom(...'abcXYZ019._-') })
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    type: fc.constant('data' as const),
    from: offset,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  fc.record({ type: fc.constant('ack' as const), received: offset, consumed: offset }),
  fc.record({ type: fc.constant('ping' as const), id: fc.nat({ max: 2 ** 32 - 1 }) }),
  fc.record({
    type: fc.constant('pong' as const),
    id: fc.nat({ max: 2 ** 32 - 1 }),
    received: offset,
    consumed: offset,
  }),
  fc.record({ type: fc.constant('note' as const), text }),
  fc.record({ type: fc.constant('close' as const), code: text }),
)

function scanned(scanner: FrameScanner, bytes: Uint8Array, cuts: readonly number[]): Frame[] {
  const frames: Frame[] = []
  let at = 0
  for (const cut of [...cuts.map(part => 1 + (part % 97)), bytes.length]) {
    const result = scanner.push(bytes.subarray(at, at + cut))
    if (!result.ok) throw new Error(result.code)
    frames.push(...result.value)
    at += cut
  }
  return frames
}

function joined(frames: readonly Frame[]): Uint8Array {
  const parts = frames.map(encodeFrame)
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

describe('frames', () => {
  it('are read as written, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 20 }), (frames, cuts) => {
        expect(scanned(new FrameScanner(), joined(frames), cuts)).toEqual(frames)
      }),
    )
  })

  it('let a relay read notes alone', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 20 }), (frames, cuts) => {
        const notes = frames.filter(({ type }) => type === 'note')
        expect(scanned(new FrameScanner(['note']), joined(frames), cuts)).toEqual(notes)
      }),
    )
  })

  it('never throw on bytes of anybody', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const result = new FrameScanner().push(bytes)
        expect(result.ok || result.code === 'FRAME_MALFORMED').toBe(true)
      }),
    )
  })

  it.each([
    [[0, 0, 0, 0, 1, 9]],
    [[9, 0, 0, 0, 1, 9]],
    [[3, 0, 0, 0, 0]],
    [[3, 0, 0, 0, 3, 1, 2, 3]],
    [[1, 0xff, 0xff, 0xff, 0xff]],
    [[1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])('of impossible type or length are refused: %j', bytes => {
    expect(new FrameScanner().push(Uint8Array.from(bytes))).toMatchObject({ ok: false, code: 'FRAME_MALFORMED' })
  })
})

describe('limits of a relay', () => {
  const limits: RelayLimits = {
    maxRelays: 2,
    minBatteryPercent: 30,
    dataCapPerDay: 1_000n,
    hours: [{ fromMinute: 1_320, toMinute: 360 }],
    allowed: ['did:key:a', 'did:key:b'],
    denied: ['did:key:b'],
    maxChannels: 2,
    unpaidBytes: 100n,
  }
  const state = { batteryPercent: 30, carriedToday: 999n, minuteOfDay: 0, channels: 1 }

  it('admit at the edge', () => {
    expect(admitCarriage(limits, state, 'did:key:a', 2).ok).toBe(true)
    expect(admitCarriage(limits, { ...state, batteryPercent: undefined }, 'did:key:a', 2).ok).toBe(true)
  })

  it.each([
    ['CARRY_DENIED', {}, 'did:key:b', 1],
    ['CARRY_DENIED', {}, 'did:key:c', 1],
    ['CARRY_HOPS', {}, 'did:key:a', 3],
    ['CARRY_HOURS', { minuteOfDay: 360 }, 'did:key:a', 1],
    ['CARRY_BATTERY', { batteryPercent: 29 }, 'did:key:a', 1],
    ['CARRY_DATA_CAP', { carriedToday: 1_000n }, 'did:key:a', 1],
    ['CARRY_BUSY', { channels: 2 }, 'did:key:a', 1],
  ])('refuse just beyond with %s', (code, more, terminal, relays) => {
    expect(admitCarriage(limits, { ...state, ...more }, terminal, relays)).toMatchObject({ ok: false, code })
  })

  it('let hours go over midnight', () => {
    for (const minuteOfDay of [1_320, 1_439, 0, 359]) {
      expect(admitCarriage(limits, { ...state, minuteOfDay }, 'did:key:a', 1).ok).toBe(true)
    }
    expect(admitCarriage(limits, { ...state, minuteOfDay: 1_319 }, 'did:key:a', 1).ok).toBe(false)
  })

  it('count as unpaid what is beyond the vouchers and a tenth', () => {
    expect(unpaidCarriage(110n, 100n)).toBe(0n)
    expect(unpaidCarriage(111n, 100n)).toBe(1n)
    expect(unpaidCarriage(5n, 0n)).toBe(5n)
  })
})

describe('own traffic', () => {
  it('comes first: others get what is left, less a tenth kept free', () => {
    expect(carriageAllowance(1_000, 0, 0)).toBe(900)
    expect(carriageAllowance(1_000, 500, 0)).toBe(400)
    expect(carriageAllowance(1_000, 950, 0)).toBe(0)
    expect(carriageAllowance(1_000, 2_000, 50)).toBe(50)
  })

  it('never gets less than the uplink has', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(2e9), fc.nat(1e8), (uplink, own, floor) => {
        const allowed = carriageAllowance(uplink, own, floor)
        expect(allowed).toBeGreaterThanOrEqual(0)
        expect(allowed).toBeLessThanOrEqual(uplink)
        if (own + allowed > uplink) expect(allowed).toBeLessThanOrEqual(floor)
      }),
    )
  })
})

describe('choice of a path', () => {
  const hop = (did: string) => ({ did: `did:key:${did}`, host: 'h', port: 1 })
  const route = (dids: string, rttMs: number, bps = 0): Route => ({
    path: [...dids].map(hop),
    rttMs,
    shares: bps === 0 ? [] : [{ to: 'did:key:a', bps }],
    provider: 'did:key:owner',
    api: 'http://x:1',
  })
  const order = (routes: readonly Route[], wishes: Partial<Parameters<typeof rankRoutes>[1]> = {}) =>
    rankRoutes(routes, { maxRelays: 2, ...wishes }).map(({ path }) => path.map(({ did }) => did.at(-1)).join(''))

  it('weighs delay against price', () => {
    expect(order([route('ax', 20, 1_000), route('bx', 30)])).toEqual(['bx', 'ax'])
    expect(order([route('ax', 5, 1_000), route('bx', 30)])).toEqual(['ax', 'bx'])
  })

  it('keeps to the hop limit and the exit asked for', () => {
    expect(order([route('abcx', 1), route('abx', 9), route('ay', 1)], { exit: 'did:key:x' })).toEqual(['abx'])
  })

  it('puts paths with a failed relay last', () => {
    expect(order([route('ax', 1), route('bx', 90)], { failed: new Set(['did:key:a']) })).toEqual(['bx', 'ax'])
  })

  it('does not depend on the order of the list', () => {
    const routes = [route('ax', 5), route('bx', 5), route('cx', 5)]
    expect(order(routes.toReversed())).toEqual(order(routes))
  })

  it('believes no malformed answer', () => {
    expect(parseRoutes({ lid: 'l', did: 'did:key:a', maxRelays: 9, routes: [] }).ok).toBe(false)
    expect(parseRoutes({ lid: 'l', did: 'did:key:a', maxRelays: 1, routes: [route('x', 1)] }).ok).toBe(true)
    expect(
      parseRoutes({ lid: 'l', did: 'did:key:a', maxRelays: 1, routes: [{ ...route('x', 1), api: 'file:///etc' }] }).ok,
    ).toBe(false)
  })
})
