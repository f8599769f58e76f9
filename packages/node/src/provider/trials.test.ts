import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKey, DEFAULT_TRIAL_LIMITS, Trials } from './trials.js'

const limits = { ...DEFAULT_TRIAL_LIMITS, perIdentity: 2, perDevice: 2, perAddress: 5, windowMs: 1000, maxCounters: 40 }
const asker = (client: string, address = '192.0.2.1', device: string | undefined = undefined) => ({
  client,
  address,
  device,
})

describe('trials', () => {
  it('lets an identity, a device and an address in only so often', () => {
    const trials = new Trials(limits)
    expect(trials.take(asker('did:a'), 0).ok).toBe(true)
    expect(trials.take(asker('did:a'), 0).ok).toBe(true)
    expect(trials.take(asker('did:a', '192.0.2.9'), 0)).toMatchObject({
      code: 'TRIALS_USED_UP',
      data: { by: 'perIdentity', retryAt: 1000 },
    })
    for (const client of ['did:b', 'did:c', 'did:d']) expect(trials.take(asker(client), 0).ok).toBe(true)
    expect(trials.take(asker('did:e'), 0)).toMatchObject({ data: { by: 'perAddress' } })
    const elsewhere = (client: string) => asker(client, `198.51.100.${client.length}`, 'dev')
    expect(trials.take(elsewhere('did:xx'), 0).ok).toBe(true)
    expect(trials.take(elsewhere('did:xxx'), 0).ok).toBe(true)
    expect(trials.take(elsewhere('did:xxxx'), 0)).toMatchObject({ data: { by: 'perDevice' } })
    expect(trials.take(asker('did:a'), 1000).ok).toBe(true)
  })

  it('gives a trial back when it was paid, and survives a restart', () => {
    const trials = new Trials(limits)
    const stored = new Map<string, string>()
    const keep = (changes: readonly (readonly [string, string | undefined])[]) => {
      for (const [key, value] of changes) value === undefined ? stored.delete(key) : stored.set(key, value)
    }
    for (let i = 0; i < 2; i++) {
      const taken = trials.take(asker('did:a'), 0)
      if (taken.ok) keep(taken.value)
    }
    expect(new Trials(limits, stored, 10).take(asker('did:a'), 10).ok).toBe(false)
    keep(trials.giveBack(asker('did:a'), 5))
    expect(new Trials(limits, stored, 10).take(asker('did:a'), 10).ok).toBe(true)
    expect(new Trials(limits, stored, 1000).size).toBe(0)
  })

  it('never lets more unpaid trials in than the limits say, and never keeps more counters', () => {
    const step = fc.record({ client: fc.nat(6), address: fc.nat(2), back: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), steps => {
        const trials = new Trials(limits)
        const open = new Map<string, number>()
        for (const { client, address, back } of steps) {
          const who = asker(`did:${client}`, `192.0.2.${address}`)
          const key = `${client} ${address}`
          const count = open.get(key) ?? 0
          if (back && count > 0) {
            trials.giveBack(who, 0)
            open.set(key, count - 1)
          } else if (!back && trials.take(who, 0).ok) open.set(key, count + 1)
          for (let c = 0; c <= 6; c++) {
            const ofClient = [...open].filter(([k]) => k.startsWith(`${c} `)).reduce((sum, [, n]) => sum + n, 0)
            expect(ofClient).toBeLessThanOrEqual(2)
          }
          expect(trials.size).toBeLessThanOrEqual(limits.maxCounters)
        }
      }),
    )
  })

  it('refuses strangers rather than forgetting, when too many identities knock', () => {
    const trials = new Trials({ ...limits, perAddress: 1_000_000 })
    const outcomes = Array.from({ length: 10_000 }, (_, i) => trials.take(asker(`did:${i}`), 0))
    expect(outcomes.filter(outcome => outcome.ok).length).toBeLessThanOrEqual(limits.maxCounters)
    expect(outcomes.at(-1)).toMatchObject({ code: 'BUSY' })
    expect(trials.take(asker('did:later'), 1000).ok).toBe(true)
  })
})

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('counts %s as %s', (address, key) => expect(addressKey(address)).toBe(key))
