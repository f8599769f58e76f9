import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { batteryPercent } from './battery.js'
import { DayCount } from './day-count.js'
import { Earnings } from './earnings.js'
import { limitsOf, numberOf, payeeOf, shareOf } from './options.js'
import { interfaceAddresses, interfaceBytes, OwnTraffic } from './own-traffic.js'
import { parseHours, parseNeighbour } from './parse.js'

const TERMINAL = 'did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd'
const MIB = 1_048_576
let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'conet-relay-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('the battery', () => {
  const supply = (name: string, capacity?: string) => {
    mkdirSync(join(dir, name))
    if (capacity !== undefined) writeFileSync(join(dir, name, 'capacity'), capacity)
  }

  it('is the lowest of all, and nothing where there is none', () => {
    expect(batteryPercent(join(dir, 'nowhere'))).toBeUndefined()
    supply('AC')
    expect(batteryPercent(dir)).toBeUndefined()
    supply('BAT0', '81\n')
    supply('BAT1', '47\n')
    supply('BAT2', 'broken\n')
    expect(batteryPercent(dir)).toBe(47)
  })
})

describe("the day's count", () => {
  const path = () => join(dir, 'relay', 'day.json')
  const evening = new Date(2026, 4, 3, 23, 59, 58).getTime()

  it('goes on after a restart on the same day', () => {
    const first = new DayCount(path(), () => evening)
    first.add(1_000)
    first.add(500)
    first.write()
    expect(new DayCount(path(), () => evening + 1_000).bytes).toBe(1_500n)
  })

  it('begins anew at midnight of this machine, while it runs and after a restart', () => {
    let now = evening
    const count = new DayCount(path(), () => now)
    count.add(1_000)
    now += 2_000
    expect(count.bytes).toBe(0n)
    count.add(7)
    expect(count.bytes).toBe(7n)
    count.write()
    expect(new DayCount(path(), () => evening).bytes).toBe(0n)
  })

  it.each(['', '{', 'null', '{"day":"2026-5-3","bytes":"-5"}', '{"day":"2026-5-3","bytes":7.5}'])(
    'begins anew with a file that says %j',
    text => {
      mkdirSync(join(dir, 'relay'))
      writeFileSync(path(), text)
      expect(new DayCount(path(), () => evening).bytes).toBe(0n)
    },
  )

  it('goes on counting where nothing can be written', () => {
    writeFileSync(join(dir, 'relay'), 'a file where the folder should be')
    const count = new DayCount(path(), () => evening)
    count.add(9)
    expect(count.bytes).toBe(9n)
  })
})

describe('own traffic', () => {
  it('is what the interface counted less what was carried by it, whichever way it went', () => {
    let [passed, now] = [0, 0]
    const own = new OwnTraffic({
      uplinkBytesPerSecond: 1_000_000,
      floorBytesPerSecond: 0,
      passed: () => passed,
      addresses: () => new Set(['10.0.0.2']),
      monotonic: () => now,
    })
    expect(own.allowance).toBe(900_000)
    // Carried from another interface into this one: it passes here once.
    own.carried(100_000, ['192.168.1.1', '10.0.0.2'])
    passed += 100_000 + 50_000
    now += 500
    expect(own.allowance).toBe(800_000)
    // In and out by this one: twice.
    own.carried(100_000, ['::ffff:10.0.0.2', '10.0.0.2'])
    passed += 200_000
    now += 500
    expect(own.allowance).toBe(900_000)
    // Asked again at once it looks at nothing.
    passed += 10_000_000
    expect(own.allowance).toBe(900_000)
    now += 500
    expect(own.allowance).toBe(0)
  })

  it('stands a counter that starts again', () => {
    let [passed, now] = [5_000_000, 0]
    const own = new OwnTraffic({
      uplinkBytesPerSecond: 1_000_000,
      floorBytesPerSecond: 0,
      passed: () => passed,
      addresses: () => new Set(),
      monotonic: () => now,
    })
    passed = 0
    now += 500
    expect(own.allowance).toBe(900_000)
    passed = 100_000
    now += 500
    expect(own.allowance).toBe(700_000)
  })

  it('reads the kernel', () => {
    mkdirSync(join(dir, 'wlan7', 'statistics'), { recursive: true })
    writeFileSync(join(dir, 'wlan7', 'statistics', 'rx_bytes'), '40\n')
    writeFileSync(join(dir, 'wlan7', 'statistics', 'tx_bytes'), '2\n')
    expect(interfaceBytes('wlan7', dir)).toBe(42)
    expect(interfaceBytes('wlan8', dir)).toBeUndefined()
    expect(interfaceAddresses('lo').has('127.0.0.1')).toBe(true)
    expect(interfaceAddresses('nothing0').size).toBe(0)
  })
})

describe('earnings', () => {
  const path = () => join(dir, 'relay', 'vouchers.json')
  const voucher = (sid: string, owed: bigint) => {
    const payload = {
      ...{ lid: 'street', sid, client: TERMINAL, provider: 'did:key:zProvider', asset: 'credit', round: 1 },
      ...{ owed: owed.toString(), bytes: '10', statement: 'a'.repeat(64), shares: [] },
    }
    return `head.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.signature`
  }
  const [one, other] = ['1'.repeat(32), '2'.repeat(32)]

  it('keep the last voucher of each session over a restart', async () => {
    const first = new Earnings(path())
    for (const text of [voucher(one, 1n), voucher(one, 2n), voucher(other, 5n), 'no voucher']) first.keep(text)
    const again = new Earnings(path())
    expect(again.open).toBe(2)
    const brought: string[] = []
    const bring = async (text: string) => {
      brought.push(text)
      return 'OK'
    }
    expect(await again.settle(bring)).toBe(2)
    expect(brought).toEqual([voucher(one, 2n), voucher(other, 5n)])
    expect(new Earnings(path()).open).toBe(0)
  })

  it.each([
    ['OK', 1, 0],
    ['NOTHING_NEW', 1, 0],
    ['VOUCHER_BELOW', 1, 0],
    ['SESSION_EXPIRED', 0, 0],
    ['SESSION_CLOSED', 0, 0],
    ['BUSY', 0, 1],
  ])('the ledger says %s: %i settled, %i kept', async (code, settled, kept) => {
    const earnings = new Earnings(path())
    earnings.keep(voucher(one, 1n))
    expect(await earnings.settle(async () => code)).toBe(settled)
    expect(earnings.open).toBe(kept)
    expect(new Earnings(path()).open).toBe(kept)
  })

  it('keep everything while no node answers, and what came meanwhile', async () => {
    const earnings = new Earnings(path())
    earnings.keep(voucher(one, 1n))
    const nobody = async () => Promise.reject(new ConetError('NODE_UNREACHABLE', 'nobody'))
    expect(await earnings.settle(nobody)).toBe(0)
    const late = async () => {
      earnings.keep(voucher(one, 2n))
      return 'OK'
    }
    await earnings.settle(late)
    expect(earnings.open).toBe(1)
  })

  it.each(['{', 'null', '{"a":1}', '[["only one"]]'])('are not thrown away with a file that says %j', text => {
    mkdirSync(join(dir, 'relay'))
    writeFileSync(path(), text)
    expect(() => new Earnings(path())).toThrow(expect.objectContaining({ code: 'EARNINGS_UNREADABLE' }))
    expect(readFileSync(path(), 'utf8')).toBe(text)
  })
})

describe('what the command line says', () => {
  it('names neighbours', () => {
    expect(parseNeighbour('192.168.7.1:8650')).toEqual({ host: '192.168.7.1', port: 8_650 })
    expect(parseNeighbour('relay-2.example:1')).toEqual({ host: 'relay-2.example', port: 1 })
    expect(parseNeighbour('[fd00::7]:8651')).toEqual({ host: 'fd00::7', port: 8_651 })
    expect(parseNeighbour('[fe80::1%wlan0]:8651')).toEqual({ host: 'fe80::1%wlan0', port: 8_651 })
  })

  it.each(['', 'host', 'host:', ':80', 'host:65536', 'fe80::1:80', 'a b:80', 'http://a:80', '[::1]', '[x]:1'])(
    '%j names no neighbour',
    text => expect(() => parseNeighbour(text)).toThrow(expect.objectContaining({ code: 'USAGE' })),
  )

  it('names hours, also over midnight', () => {
    expect(parseHours('22:00-06:30')).toEqual({ fromMinute: 1_320, toMinute: 390 })
    expect(parseHours('00:00-23:59')).toEqual({ fromMinute: 0, toMinute: 1_439 })
  })

  it.each(['', '22-06', '24:00-01:00', '12:60-13:00', '9:00-10:00', '08:00-08:00'])('%j names no hours', text =>
    expect(() => parseHours(text)).toThrow(expect.objectContaining({ code: 'USAGE' })),
  )

  const usual = { maxRelays: '3', minBattery: '30', capGib: '10', unpaidMib: '32', share: '10' }

  it('names limits', () => {
    expect(limitsOf({ ...usual, capGib: '0.5', allow: [TERMINAL], hours: ['08:00-09:00'] })).toEqual({
      maxRelays: 3,
      minBatteryPercent: 30,
      dataCapPerDay: 512n * BigInt(MIB),
      hours: [{ fromMinute: 480, toMinute: 540 }],
      allowed: [TERMINAL],
      denied: [],
      maxChannels: 64,
      unpaidBytes: 32n * BigInt(MIB),
    })
    expect(shareOf({ share: '12.34' })).toBe(1_234)
    expect(shareOf({ share: '0' })).toBe(0)
    expect(payeeOf({})).toBeUndefined()
    expect(payeeOf({ payee: 'did:conet:street:ab' })).toBe('did:conet:street:ab')
  })

  it.each<[string, () => unknown]>([
    ['a share that rounds to nothing', () => shareOf({ share: '0.001' })],
    ['a share above all', () => shareOf({ share: '101' })],
    ['half a relay', () => limitsOf({ ...usual, maxRelays: '2.5' })],
    ['nothing on trust', () => limitsOf({ ...usual, unpaidMib: '0' })],
    ['a terminal that is none', () => limitsOf({ ...usual, allow: ['Rose'] })],
    ['a terminal of another kind', () => limitsOf({ ...usual, deny: ['did:conet:street:ab'] })],
    ['a payee that is none', () => payeeOf({ payee: 'me' })],
    ['an empty number', () => numberOf({ capGib: ' ' }, 'capGib', 0, 9)],
  ])('refuses %s', (_, read) => expect(read).toThrow(expect.objectContaining({ code: 'USAGE' })))

  it('says which option is wrong', () => {
    expect(() => numberOf({ capGib: 'much' }, 'capGib', 0, 9)).toThrow(
      '--cap-gib must be a number from 0 to 9, not "much"',
    )
  })
})
