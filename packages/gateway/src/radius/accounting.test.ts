import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AccountingRecord, readRecord, Tally } from './accounting.js'
import { readAttributes } from './attributes.js'
import { restBody, type Written } from './testing/ask.js'

const SID = 'ab'.repeat(16)
const GIGA = 2n ** 32n

function recordOf(attributes: Written): AccountingRecord {
  const read = readAttributes(restBody(attributes))
  const record = read.ok ? readRecord(read.value) : read
  if (!record.ok) throw new Error(`${record.code} ${JSON.stringify(record.data)}`)
  return record.value
}

const interim = (up: number, change: Written = {}) =>
  recordOf({
    'Acct-Status-Type': 'Interim-Update',
    'Acct-Session-Id': 's1',
    'User-Name': SID,
    'Acct-Input-Octets': up,
    'Acct-Output-Octets': 2 * up,
    ...change,
  })

function tallyOf(...records: readonly AccountingRecord[]): Tally {
  const tally = new Tally()
  for (const record of records) tally.add(record)
  return tally
}

describe('reading a record', () => {
  it('takes input as up, gigawords as the upper half, and numbers as text or as they are', () => {
    const record = interim(5, { 'Acct-Input-Gigawords': 2, 'Acct-Output-Gigawords': '1', 'Acct-Session-Time': 60 })
    expect(record).toMatchObject({ up: 2n * GIGA + 5n, down: GIGA + 10n, wide: true, seconds: 60, session: SID })
  })

  it('finds the session by Class before the user name, and by either alone', () => {
    const octets = `0x${Buffer.from('cd'.repeat(16)).toString('hex')}`
    expect(interim(1, { Class: octets }).session).toBe('cd'.repeat(16))
    expect(interim(1, { Class: '0xffff' }).session).toBe(SID)
    expect(interim(1, { 'User-Name': `${SID.toUpperCase()}@conet.example` }).session).toBe(SID)
    expect(interim(1, { 'User-Name': 'alice' }).session).toBeUndefined()
  })

  it.each([
    ['a status nobody knows', { 'Acct-Status-Type': 'Tunnel-Start' }],
    ['no session id', { 'Acct-Session-Id': '' }],
    ['a counter beyond 32 bits', { 'Acct-Input-Octets': 4_294_967_296 }],
    ['a negative counter', { 'Acct-Output-Octets': -1 }],
    ['a counter that is no number', { 'Acct-Output-Octets': '12kB' }],
    ['a time that is no number', { 'Acct-Session-Time': '1e3' }],
  ])('refuses %s', (_what, change) => {
    expect(() => interim(1, change as Written)).toThrow('ATTRIBUTES_MALFORMED')
  })

  it('refuses bodies that rlm_rest never sends', () => {
    for (const body of ['', 'null', '[]', '{"User-Name":1}', '{"User-Name":{"value":[{}]}}', '{"A":{"value":[1.5]}}'])
      expect(readAttributes(body)).toMatchObject({ ok: false, code: 'ATTRIBUTES_MALFORMED' })
    fc.assert(fc.property(fc.string(), text => void readAttributes(text)))
  })
})

describe('adding up', () => {
  it('takes cumulative counters for what they are', () => {
    const tally = tallyOf(interim(100), interim(100), interim(250), interim(250, { 'Acct-Status-Type': 'Stop' }))
    expect([tally.up, tally.down]).toEqual([250n, 500n])
  })

  it('never counts down, nor twice, when a counter goes back', () => {
    const tally = tallyOf(interim(1_000), interim(400), interim(600))
    expect(tally.up).toBe(1_000n)
    tally.add(interim(1_500))
    expect(tally.up).toBe(1_500n)
  })

  it('goes on at 2^32 for access points without gigawords, and leaves old records out by their time', () => {
    const before = interim(4_294_967_000, { 'Acct-Output-Octets': 0, 'Acct-Session-Time': 60 })
    const after = interim(704, { 'Acct-Output-Octets': 0, 'Acct-Session-Time': 120 })
    const tally = tallyOf(before, after, before)
    expect(tally.up).toBe(GIGA + 704n)
  })

  it('does not take a fallen 64-bit counter for one that began again', () => {
    const wide = (up: number, giga: number) => interim(up, { 'Acct-Input-Gigawords': giga, 'Acct-Output-Octets': 0 })
    const tally = tallyOf(wide(4_294_967_000, 1), wide(0, 1))
    expect(tally.up).toBe(GIGA + 4_294_967_000n)
  })

  it('adds the accounting sessions of a roaming station, also without a Stop between', () => {
    const elsewhere = { 'Acct-Session-Id': 's2', 'NAS-IP-Address': '192.0.2.2' }
    expect(tallyOf(interim(100), interim(40, elsewhere), interim(100)).up).toBe(140n)
  })

  it('equals the highest counter for any order and repetition of records of one accounting session', () => {
    const counters = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(counters, seen => {
        expect(tallyOf(...seen.map(up => interim(up))).up).toBe(BigInt(Math.max(...seen)))
      }),
    )
  })
})
