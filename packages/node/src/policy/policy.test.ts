import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  admit,
  DayMeter,
  type Policy,
  PolicyStore,
  parsePolicy,
  priceOf,
  type RequestContext,
  viewHours,
} from './index.js'

/** Monday, 2026-03-02 10:30 UTC. */
const MONDAY = Date.UTC(2026, 2, 2, 10, 30)
const CLIENT = 'did:key:z6MkClient'

function context(over: Partial<RequestContext> = {}): RequestContext {
  return { client: CLIENT, offerKey: 'home', nowMs: MONDAY, openSessions: 0, bytesToday: 0n, ...over }
}

describe('admit', () => {
  it('lets everyone in without rules', () => {
    expect(admit(parsePolicy({}), context())).toEqual({ ok: true, value: { untilMs: undefined, bytesLeft: undefined } })
  })

  it.each([
    [{ sharing: false }, {}, 'POLICY_OFF'],
    [{ offers: ['shop'] }, {}, 'POLICY_OFFER'],
    [{ deny: [CLIENT] }, {}, 'POLICY_DENIED'],
    [{ deny: [CLIENT], allow: [CLIENT] }, {}, 'POLICY_DENIED'],
    [{ allow: ['did:key:z6MkFriend'] }, {}, 'POLICY_NOT_ALLOWED'],
    [{ limits: { maxSessions: 2 } }, { openSessions: 2 }, 'POLICY_FULL'],
    [{ limits: { maxBytesPerDay: '100' } }, { bytesToday: 100n }, 'POLICY_DAY_USED'],
    [{ hours: { windows: [{ days: [1], from: '11:00', to: '12:00' }] } }, {}, 'POLICY_HOURS'],
  ])('refuses under %j', (policy, over, code) => {
    expect(admit(parsePolicy(policy), context(over))).toMatchObject({ ok: false, code })
  })

  it('bounds what it lets in by the hours and the day', () => {
    const policy = parsePolicy({
      limits: { maxBytesPerDay: '100' },
      hours: { windows: [{ days: [1], from: '10:00', to: '12:00' }] },
    })
    expect(admit(policy, context({ bytesToday: 40n }))).toEqual({
      ok: true,
      value: { untilMs: Date.UTC(2026, 2, 2, 12), bytesLeft: 60n },
    })
  })
})

describe('hours', () => {
  const at = (day: number, hour: number, minute = 0) => Date.UTC(2026, 2, 1 + day, hour, minute)

  it('runs past midnight and past the end of the week', () => {
    const hours = { utcOffsetMinutes: 0, windows: [{ days: [6], from: '22:00', to: '02:00' }] }
    expect(viewHours(hours, at(6, 23))).toEqual({ open: true, untilMs: at(7, 2) })
    expect(viewHours(hours, at(0, 1))).toEqual({ open: true, untilMs: at(0, 2) })
    expect(viewHours(hours, at(0, 2))).toEqual({ open: false, opensInMinutes: 6 * 24 * 60 + 20 * 60 })
  })

  it('joins windows that touch and knows when there is no end', () => {
    const days = [0, 1, 2, 3, 4, 5, 6]
    const joined = {
      utcOffsetMinutes: 0,
      windows: [
        { days, from: '08:00', to: '12:00' },
        { days, from: '12:00', to: '18:00' },
      ],
    }
    expect(viewHours(joined, at(2, 9))).toEqual({ open: true, untilMs: at(2, 18) })
    expect(viewHours({ utcOffsetMinutes: 0, windows: [{ days, from: '00:00', to: '24:00' }] }, at(2, 9))).toEqual({
      open: true,
      untilMs: undefined,
    })
  })

  it('counts in the owner’s own local time', () => {
    const windows = [{ days: [1], from: '10:00', to: '11:00' }]
    fc.assert(
      fc.property(fc.integer({ min: -840, max: 840 }), offset => {
        const view = viewHours({ utcOffsetMinutes: offset, windows }, at(1, 10) - offset * 60_000)
        expect(view).toEqual({ open: true, untilMs: at(1, 11) - offset * 60_000 })
      }),
    )
  })

  it('says how long until the hours begin, and is open then', () => {
    const clock = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
    const window = fc.record({ days: fc.uniqueArray(fc.nat(6), { minLength: 1 }), from: clock, to: clock })
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 4 }), fc.nat(7 * 24 * 60), (windows, minute) => {
        const hours = { utcOffsetMinutes: 0, windows }
        const now = at(0, 0) + minute * 60_000
        const view = viewHours(hours, now)
        if (!view.open) expect(viewHours(hours, now + view.opensInMinutes * 60_000).open).toBe(true)
        else if (view.untilMs !== undefined) {
          expect(viewHours(hours, view.untilMs - 60_000).open).toBe(true)
          expect(viewHours(hours, view.untilMs).open).toBe(false)
        }
      }),
    )
  })
})

describe('day meter', () => {
  it('counts a session once, although its last statement comes after the cut', () => {
    const meter = new DayMeter()
    meter.add('a', 70n, 1_000, 0)
    meter.end('a')
    meter.add('a', 100n, 2_000, 0)
    meter.add('b', 5n, 2_000, 0)
    expect(meter.today(3_000, 0)).toBe(105n)
    expect(meter.today(86_400_000, 0)).toBe(0n)
    meter.add('b', 6n, 86_400_001, 0)
    expect(meter.today(86_400_001, 0)).toBe(1n)
  })

  it('goes on with what was kept of the same day only', () => {
    const meter = new DayMeter()
    meter.add('a', 70n, 1_000, 0)
    const { kept } = meter
    expect(new DayMeter(kept).today(2_000, 0)).toBe(70n)
    expect(new DayMeter(kept).today(86_400_000, 0)).toBe(0n)
    expect(new DayMeter('nonsense').today(2_000, 0)).toBe(0n)
  })
})

describe('policy store', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conet-policy-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('keeps what the owner put, over a restart, and tells listeners', () => {
    const store = new PolicyStore(folder, { sharing: false })
    expect(store.get().sharing).toBe(false)
    const seen: boolean[] = []
    store.onChange(policy => seen.push(policy.sharing))
    store.put({ sharing: true, prices: { '*': { perGiB: '7', perHour: '0' } } })
    expect(seen).toEqual([true])
    const again = new PolicyStore(folder, { sharing: false })
    expect(priceOf(again.get(), 'home')).toEqual({ perGiB: '7', perHour: '0' })
    expect(readdirSync(folder)).toEqual(['policy.json'])
  })

  it('refuses a rate at which nothing would ever pass', () => {
    const rate = (maxBytesPerSecond: string) => parsePolicy({ limits: { maxBytesPerSecond } }).limits.maxBytesPerSecond
    expect(rate('1')).toBe('1')
    expect(() => rate('0')).toThrowError(
      expect.objectContaining({ code: 'POLICY_INVALID', data: { path: 'limits.maxBytesPerSecond' } }),
    )
  })

  it('refuses a wrong policy and stays as it was', () => {
    const store = new PolicyStore(folder)
    expect(() => store.put({ deny: ['bob'] })).toThrowError(
      expect.objectContaining({ code: 'POLICY_INVALID', data: { path: 'deny.0' } }),
    )
    expect(store.get().deny).toEqual([])
    expect(readdirSync(folder)).toEqual([])
    writeFileSync(join(folder, 'policy.json'), '{')
    expect(() => new PolicyStore(folder)).toThrowError(expect.objectContaining({ code: 'POLICY_STORAGE' }))
  })
  it('stores nothing that the offers cannot bear, but starts with it if it is there', () => {
    const check = ({ limits }: Policy) => {
      if (limits.maxSessions === 13) throw new ConetError('POLICY_INVALID', 'no')
    }
    const store = new PolicyStore(folder, {}, check)
    expect(() => store.put({ limits: { maxSessions: 13 } })).toThrowError(
      expect.objectContaining({ code: 'POLICY_INVALID' }),
    )
    expect(readdirSync(folder)).toEqual([])
    expect(store.get().limits.maxSessions).toBe(10_000)
    writeFileSync(join(folder, 'policy.json'), '{"limits":{"maxSessions":13}}')
    expect(new PolicyStore(folder, {}, check).get().limits.maxSessions).toBe(13)
  })

  it('says that it could not store, and keeps what was', () => {
    const store = new PolicyStore(folder)
    store.put({ sharing: false })
    // Stands where the new content would be written first.
    mkdirSync(join(folder, 'policy.json.new'))
    expect(() => store.put({ sharing: true })).toThrowError(expect.objectContaining({ code: 'POLICY_STORAGE' }))
    expect(store.get().sharing).toBe(false)
    expect(new PolicyStore(folder).get().sharing).toBe(false)
  })
})
