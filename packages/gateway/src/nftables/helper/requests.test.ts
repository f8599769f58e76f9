import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LONGEST_LEASE_MS, MOST_ITEMS } from '../protocol.js'
import { checkHelperConfig } from './config.js'
import { cappedLease, readRequest } from './requests.js'

const OPEN = { ip: '10.0.0.2', forMs: 1_000, quota: '5' }

describe('requests to the helper', () => {
  it.each([
    { id: 1, op: 'hello', version: 1 },
    { id: 1, op: 'open', items: [OPEN, { ...OPEN, ip: 'fd00::2', rate: 1_000 }] },
    { id: 1, op: 'renew', items: [{ n: 1, forMs: 1, quota: '0', used: '0' }] },
    { id: 1, op: 'read', sessions: [1, 2], leases: true },
    { id: 1, op: 'close', sessions: [] },
    { id: 1, op: 'neighbour', ip: '10.0.0.2' },
  ])('takes %j', request => {
    expect(readRequest(JSON.stringify(request))).toEqual({ ok: true, value: request })
  })

  it.each([
    ['no JSON', '{'],
    ['no id', '[]'],
    ['no id', '{"op":"hello"}'],
    ['unknown op', '{"id":1,"op":"flush"}'],
    ['unknown op', '{"id":1,"op":"__proto__"}'],
    ['members of open', JSON.stringify({ id: 1, op: 'open', items: [{ ...OPEN, ip: '10.0.0.2; drop' }] })],
    ['members of open', JSON.stringify({ id: 1, op: 'open', items: [{ ...OPEN, ip: 'fe80::1' }] })],
    ['members of open', JSON.stringify({ id: 1, op: 'open', items: [{ ...OPEN, mac: 'aa:bb:cc:dd:ee:ff' }] })],
    ['members of open', JSON.stringify({ id: 1, op: 'open', items: [{ ...OPEN, forMs: 0 }] })],
    ['members of open', JSON.stringify({ id: 1, op: 'open', items: [{ ...OPEN, quota: '-1' }] })],
    ['members of open', JSON.stringify({ id: 1, op: 'open', items: [{ ...OPEN, rate: 1e12 }] })],
    ['members of read', JSON.stringify({ id: 1, op: 'read', sessions: new Array(MOST_ITEMS + 1).fill(1) })],
    ['members of close', '{"id":1,"op":"close","sessions":[0]}'],
    ['members of neighbour', '{"id":1,"op":"neighbour","ip":"example.org"}'],
  ])('refuses %s in %s', (why, line) => {
    expect(readRequest(line)).toMatchObject({ ok: false, code: 'REQUEST_MALFORMED', data: { why } })
  })

  it('never fails otherwise, whatever is sent', () => {
    const member = fc.constantFrom('id', 'op', 'items', 'sessions', 'ip', 'version', 'open', 'renew', '__proto__')
    const tree = fc.dictionary(member, fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant('open'), fc.constant(1)))
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      tree.map(value => JSON.stringify(value)),
    )
    fc.assert(
      fc.property(line, text => {
        const read = readRequest(text)
        expect(read.ok || read.code === 'REQUEST_MALFORMED').toBe(true)
      }),
    )
  }, 60_000)

  it('caps every lease at 60 seconds', () => {
    expect(cappedLease(10)).toBe(10)
    expect(cappedLease(3_600_000)).toBe(LONGEST_LEASE_MS)
    expect(LONGEST_LEASE_MS).toBe(60_000)
  })
})

describe('configuration of the helper', () => {
  it('fills what may be left out', () => {
    const config = checkHelperConfig({ lan: ['a'], wan: ['b'] })
    expect(config).toMatchObject({ table: 'conet_gw', socket: '/run/conet/gateway.sock' })
  })

  it.each([
    ['lan', {}],
    ['lan', { lan: 'a', wan: ['b'] }],
    ['rules', { lan: ['a'], wan: ['b'], rules: 'flush ruleset' }],
    ['group', { lan: ['a'], wan: ['b'], group: 'x y' }],
    ['table', { lan: ['a'], wan: ['b'], table: 'nat' }],
    ['the whole file', []],
  ])('names the member %s that is wrong', (path, value) => {
    expect(() => checkHelperConfig(value)).toThrow(expect.objectContaining({ code: 'RULESET_INVALID', data: { path } }))
  })
})
