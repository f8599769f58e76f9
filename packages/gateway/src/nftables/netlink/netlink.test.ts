import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCounters, readElements, writeElements, writeList } from './elements.js'
import { attributesOf, messagesOf } from './reader.js'
import { LIST_BYTES, RENEWAL_BYTES, renewalLists } from './renewal.js'
import { Writer } from './writer.js'

const KEY = Buffer.from('05000000', 'hex')

describe('netlink messages', () => {
  it('lays an element out as the headers of the kernel say', () => {
    const to = new Writer()
    const at = to.beginMessage((10 << 8) | 13, 1, 1)
    to.netfilter(1)
    writeElements(to, 'conet_gw', 'up', [{ set: 'up', key: KEY }])
    to.endMessage(at)
    expect(to.bytes().toString('hex')).toBe(
      [
        '40000000', // length
        '0d0a0100', // type, flags
        '01000000', // sequence number
        '00000000', // port
        '01000000', // family inet
        '0d000100636f6e65745f677700000000', // table
        '0700020075700000', // set
        '14000380', // elements
        '10000180', // one element
        '0c000180', // key
        '0800010005000000', // its value
      ].join(''),
    )
  })

  it('reads back what it wrote, with quota, time and counter', () => {
    const to = new Writer()
    to.netfilter(1)
    writeElements(to, 't', 's', [
      { set: 's', key: KEY, timeoutMs: 1_400, quota: 2n ** 40n },
      { set: 's', key: Buffer.from('06000000', 'hex') },
    ])
    const read = readElements(to.bytes())
    expect(read.map(({ key }) => key.toString('hex'))).toEqual(['05000000', '06000000'])
    expect(read[0]).toMatchObject({ bytes: undefined, expiresInMs: undefined })
  })

  it('leaves out what is cut off and never reads behind the end', () => {
    const to = new Writer()
    for (const seq of [1, 2]) {
      const at = to.beginMessage(3, 0, seq)
      to.u64(1, 7n)
      to.endMessage(at)
    }
    const data = Buffer.from(to.bytes())
    expect([...messagesOf(data)].map(({ seq }) => seq)).toEqual([1, 2])
    expect([...messagesOf(data.subarray(0, data.length - 1))].map(({ seq }) => seq)).toEqual([1])
    for (let size = 0; size < data.length; size++) expect(() => attributesOf(data.subarray(0, size), 16)).not.toThrow()
  })

  it('copies renewals into the very bytes that elements have', () => {
    const lease = fc.record({
      number: fc.integer({ min: 1, max: 0xff_ffff }),
      forMs: fc.integer({ min: 1, max: 60_000 }),
      bytes: fc.bigInt(0n, 2n ** 62n),
    })
    const key = (number: number) => Buffer.from(Uint32Array.of(number).buffer)
    fc.assert(
      fc.property(fc.array(lease, { minLength: 1, maxLength: 20 }), leases => {
        const expected = (['destroy', 'add'] as const).map(verb => {
          const to = new Writer()
          const elements = leases.map(({ number, forMs, bytes }) => ({
            ...{ set: 'lease', key: key(number) },
            ...(verb === 'add' && { timeoutMs: forMs, quota: bytes }),
          }))
          writeElements(to, 't', 'lease', elements)
          return { verb, hex: to.bytes().toString('hex') }
        })
        const written = renewalLists('t', 'lease', leases).map(({ verb, write }) => {
          const to = new Writer()
          write(to)
          return { verb, hex: to.bytes().toString('hex') }
        })
        expect(written).toEqual(expected)
      }),
    )
  })

  it('divides renewals so that each list fits an attribute, and none is lost', () => {
    const leases = Array.from({ length: 2_200 }, (_, index) => ({ number: index + 1, forMs: 1, bytes: 1n }))
    const lists = renewalLists('t', 'lease', leases).map(({ verb, write }) => {
      const to = new Writer()
      write(to)
      return { verb, size: to.length, count: readElements(Buffer.concat([Buffer.alloc(4), to.bytes()])).length }
    })
    expect(lists.every(({ size }) => size < LIST_BYTES + 100)).toBe(true)
    const sum = (wanted: string) =>
      lists.filter(({ verb }) => verb === wanted).reduce((all, { count }) => all + count, 0)
    expect([sum('destroy'), sum('add')]).toEqual([2_200, 2_200])
    expect(RENEWAL_BYTES).toBe(84)
  })
})

it('reads counters of a crowd by number, and nothing behind the end', () => {
  const to = new Writer()
  to.netfilter(1)
  writeList(to, 't', 'up', () => {
    for (const number of [5, 0xff_ffff]) {
      const element = to.beginNest(1)
      const key = to.beginNest(1)
      to.attribute(1, Uint8Array.from(Buffer.from(Uint32Array.of(number).buffer)))
      to.endNest(key)
      const expression = to.beginNest(7)
      to.text(1, 'counter')
      const data = to.beginNest(2)
      to.u64(1, BigInt(number) * 2n ** 24n)
      to.u64(2, 1n)
      to.endNest(data)
      to.endNest(expression)
      to.endNest(element)
    }
  })
  const body = Buffer.from(to.bytes())
  const read = (bytes: Buffer) => {
    const found = new Map<number, number>()
    readCounters(bytes, found)
    return found
  }
  const expected = [5, 0xff_ffff].map(number => [number, number * 2 ** 24])
  expect([...read(body)]).toEqual(expected)
  expect(readElements(body).map(({ key, bytes }) => [key.readUInt32LE(), bytes])).toEqual(expected)
  for (let size = 0; size < body.length; size++) expect(() => read(body.subarray(0, size))).not.toThrow()
})
