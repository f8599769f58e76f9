import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accessService } from '../../../services/access/index.js'
import * as accounts from '../accounts/index.js'
import { identityModule } from '../identity/index.js'
import { drive, person, START_MS } from '../testing/drive.js'
import { checkTermsBy, registryModule } from './index.js'

const DAY_MS = 86_400_000
const registry = registryModule(checkTermsBy([accessService]))
const begin = (params = {}) =>
  drive([identityModule({ fees: accounts }), accounts.accountsModule, registry], { registry: params })
const alice = person(1)
const bob = person(2)

const area = { latE6: 52_520_008, lonE6: 13_404_954, radiusM: 500 }
const offer = {
  type: 'access',
  name: 'Campus Wi-Fi – Zürich 📡',
  terms: {
    tariff: { asset: 'credit', perGiB: '100', perHour: '10' },
    trialMs: 2000,
    restMs: 8000,
    toleranceBps: 500,
    toleranceBytes: '262144',
    maxUnpaid: '1000',
    maxUnpaidCap: '10000',
    shares: [],
  },
  area,
  slice: 'default',
  dataNetworks: ['internet'],
  hops: 0,
  node: 'https://node.example:8443/base',
  expiresAt: START_MS + DAY_MS,
}
const request = {
  kind: 'reward',
  name: 'Cover the valley',
  details: 'no signal\nsouth of the bridge',
  area,
  reward: { asset: 'credit', amount: '5000000' },
  node: 'http://[::1]:8080',
  expiresAt: START_MS + DAY_MS,
}
const network = {
  name: 'Campus',
  networkType: 'campus',
  node: 'http://127.0.0.1:8080',
  functions: ['access', 'relay'],
  location: { latE6: 1, lonE6: -2 },
  serviceArea: area,
  dataNetworks: ['internet'],
  slices: ['default', 'iot'],
  computing: { cpuCores: 8, memoryMiB: 16_384, storageMiB: 0, gpus: 0 },
  links: [{ to: bob.did, medium: 'fibre', kbitPerSecond: 1_000_000 }],
}

describe('networks', () => {
  it('registers, updates and removes the profile of the signer', () => {
    const ledger = begin()
    const { run } = ledger
    expect(run('registry/updateNetwork', network, alice).code).toBe('NETWORK_UNKNOWN')
    const [event] = run('registry/registerNetwork', network, alice).events
    expect(event).toMatchObject({
      type: 'registry/networkRegistered',
      network: { owner: alice.did, version: 1, ...network },
    })
    expect(run('registry/registerNetwork', network, alice).code).toBe('NETWORK_EXISTS')
    expect(run('registry/updateNetwork', { ...network, name: 'New' }, alice).code).toBe('OK')
    expect(ledger.app.query('registry/network', { owner: alice.did })).toMatchObject({ name: 'New', version: 2 })
    expect(run('registry/removeNetwork', {}, bob).code).toBe('NETWORK_UNKNOWN')
    expect(run('registry/removeNetwork', {}, alice).code).toBe('OK')
    expect(ledger.app.query('registry/networks', {})).toEqual([])
  })
})

describe('offers', () => {
  it('lives through publish, update, withdraw; events carry the whole offer', () => {
    const { run, app } = begin()
    const published = run('registry/publishOffer', offer, alice)
    const id = published.hash.slice(0, 32)
    expect(published.events).toEqual([
      { type: 'registry/offerPublished', offer: { id, version: 1, provider: alice.did, ...offer } },
    ])
    const next = { ...offer, id, version: 2, name: 'Cheaper' }
    expect(run('registry/updateOffer', next, bob).code).toBe('NOT_OWNER')
    expect(run('registry/updateOffer', { ...next, version: 3 }, alice).code).toBe('VERSION_STALE')
    expect(run('registry/updateOffer', next, alice).events[0]).toMatchObject({ offer: { version: 2, name: 'Cheaper' } })
    expect(app.query('registry/offers', { provider: alice.did })).toMatchObject([{ id, version: 2 }])
    expect(run('registry/withdrawOffer', { id }, bob).code).toBe('NOT_OWNER')
    expect(run('registry/withdrawOffer', { id }, alice).events).toEqual([
      { type: 'registry/offerWithdrawn', id, version: 2, owner: alice.did },
    ])
    expect(run('registry/withdrawOffer', { id }, alice).code).toBe('OFFER_UNKNOWN')
    expect(app.query('registry/offer', { id })).toBeUndefined()
  })

  it('expires at its time, also after an update moved it', () => {
    const ledger = begin()
    const id = ledger.run('registry/publishOffer', offer, alice).hash.slice(0, 32)
    const later = { ...offer, id, version: 2, expiresAt: offer.expiresAt + 1000 }
    expect(ledger.run('registry/updateOffer', later, alice).code).toBe('OK')
    expect(ledger.pass(offer.expiresAt)).toEqual([])
    expect(ledger.pass(later.expiresAt)).toEqual([{ type: 'registry/offerExpired', id, version: 2, owner: alice.did }])
    expect(ledger.app.query('registry/offers', {})).toEqual([])
    expect(ledger.pass(later.expiresAt + DAY_MS)).toEqual([])
  })

  it.each([
    ['EXPIRY_PAST', { expiresAt: START_MS }],
    ['LIFE_TOO_LONG', { expiresAt: START_MS + 91 * DAY_MS }],
    ['AREA_MALFORMED', { area: { ...area, latE6: 90_000_001 } }],
    ['AREA_MALFORMED', { area: { ...area, lonE6: 0.5e-3 * 3 } }],
    ['AREA_MALFORMED', { area: { ...area, radiusM: 0 } }],
    ['AREA_MALFORMED', { area: { latE6: 1, lonE6: 1 } }],
    ['AREA_MALFORMED', { area: null }],
    ['URL_MALFORMED', { node: 'ftp://node.example' }],
    ['URL_MALFORMED', { node: 'https://user:pass@node.example' }],
    ['URL_MALFORMED', { node: 'javascript:alert(1)' }],
    ['URL_MALFORMED', { node: 'https://' }],
    ['TERMS_REFUSED', { type: 'teleport' }],
    ['TERMS_REFUSED', { terms: { ...offer.terms, trialMs: 1 } }],
    ['TERMS_REFUSED', { terms: { ...offer.terms, maxUnpaid: '-1' } }],
    ['PAYLOAD_MALFORMED', { terms: 'cheap' }],
    ['PAYLOAD_MALFORMED', { name: '' }],
    ['PAYLOAD_MALFORMED', { name: 'evil\u202egnp.exe' }],
    ['PAYLOAD_MALFORMED', { hops: -1 }],
    ['PAYLOAD_MALFORMED', { surprise: 1 }],
    ['PAYLOAD_MALFORMED', { slice: undefined }],
  ])('refuses with %s: %j', (code, change) => {
    const ledger = begin()
    // The envelope itself refuses fractions, so those go straight to the transition's parser.
    const body = { ...offer, ...change }
    const parsed = registry.transitions.publishOffer?.parse(JSON.parse(JSON.stringify(body)))
    const result = parsed?.ok === false ? parsed : ledger.run('registry/publishOffer', body, alice)
    expect(result.code).toBe(code)
    expect(Object.hasOwn(registry.codes, code)).toBe(true)
  })

  it('holds no more offers of one owner than allowed, and counts those that went', () => {
    const { run } = begin({ maxOffersPerOwner: 2 })
    const publish = () => run('registry/publishOffer', offer, alice)
    const first = publish().hash.slice(0, 32)
    expect(publish().code).toBe('OK')
    expect(publish().code).toBe('OFFERS_FULL')
    expect(run('registry/publishOffer', offer, bob).code).toBe('OK')
    expect(run('registry/withdrawOffer', { id: first }, alice).code).toBe('OK')
    expect(publish().code).toBe('OK')
  })

  it('answers in pages', () => {
    const { run, app } = begin()
    const ids = [1, 2, 3].map(() => run('registry/publishOffer', offer, alice).hash.slice(0, 32)).sort()
    const page = (args: Record<string, unknown>) =>
      (app.query('registry/offers', args) as { id: string }[]).map(({ id }) => id)
    expect(page({ limit: 2 })).toEqual(ids.slice(0, 2))
    expect(page({ after: ids[1] })).toEqual(ids.slice(2))
    expect(page({ provider: alice.did, after: ids[0], limit: 1 })).toEqual(ids.slice(1, 2))
    expect(page({ provider: bob.did })).toEqual([])
    expect(() => page({ limit: 101 })).toThrow(/limit/)
  })
})

describe('requests', () => {
  it('lives through publish, update, withdraw and expiry', () => {
    const { run, pass, app } = begin()
    const id = run('registry/publishRequest', request, alice).hash.slice(0, 32)
    expect(app.query('registry/request', { id })).toEqual({ id, version: 1, owner: alice.did, ...request })
    const { reward, ...recruitment } = { ...request, kind: 'recruitment', id, version: 2 }
    expect(run('registry/updateRequest', recruitment, alice).events[0]).toMatchObject({
      type: 'registry/requestUpdated',
      request: { kind: 'recruitment', version: 2 },
    })
    expect(reward.amount).toBe('5000000')
    expect(app.query('registry/request', { id })).not.toHaveProperty('reward')
    expect(run('registry/withdrawRequest', { id }, bob).code).toBe('NOT_OWNER')
    expect(pass(request.expiresAt)).toEqual([{ type: 'registry/requestExpired', id, version: 2, owner: alice.did }])
    expect(run('registry/withdrawRequest', { id }, alice).code).toBe('REQUEST_UNKNOWN')
  })

  it('refuses a reward of nothing, another kind, and too many', () => {
    const { run } = begin({ maxRequestsPerOwner: 1 })
    const none = { ...request, reward: { asset: 'credit', amount: '0' } }
    expect(run('registry/publishRequest', none, alice).code).toBe('PAYLOAD_MALFORMED')
    expect(run('registry/publishRequest', { ...request, kind: 'gift' }, alice).code).toBe('PAYLOAD_MALFORMED')
    expect(run('registry/publishRequest', request, alice).code).toBe('OK')
    expect(run('registry/publishRequest', request, alice).code).toBe('REQUESTS_FULL')
  })
})

describe('any sequence of transactions', () => {
  const step = fc.record({
    verb: fc.constantFrom('publishOffer', 'updateOffer', 'withdrawOffer', 'publishRequest', 'withdrawRequest', 'pass'),
    by: fc.constantFrom(alice, bob),
    pick: fc.nat(5),
    version: fc.integer({ min: 2, max: 4 }),
    life: fc.integer({ min: -5, max: 50 }),
  })

  it('a refusal changes nothing, events alone rebuild what is live, nothing outlives its time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), steps => {
        const ledger = begin({ maxOffersPerOwner: 3, maxRequestsPerOwner: 2 })
        const seen: string[] = []
        const live = new Map<string, unknown>()
        for (const { verb, by, pick, version, life } of steps) {
          const now = ledger.app.info().timeMs + 10
          const before = ledger.records('registry')
          const id = seen[pick % Math.max(1, seen.length)] ?? '0'.repeat(32)
          const expiresAt = now + life
          const bodies: Record<string, object> = {
            publishOffer: { ...offer, expiresAt },
            updateOffer: { ...offer, id, version, expiresAt },
            withdrawOffer: { id },
            publishRequest: { ...request, expiresAt },
            withdrawRequest: { id },
          }
          const scheduled = ledger.pass(now)
          const afterDue = ledger.records('registry')
          if (scheduled.length === 0) expect(afterDue).toBe(before)
          const result = verb === 'pass' ? undefined : ledger.run(`registry/${verb}`, bodies[verb] ?? {}, by, now)
          if (result !== undefined && result.code !== 'OK') expect(ledger.records('registry')).toBe(afterDue)
          for (const event of [...scheduled, ...(result?.events ?? [])]) replay(live, event)
          if (result?.code === 'OK' && verb.startsWith('publish')) seen.push(result.hash.slice(0, 32))
          for (const record of live.values()) expect((record as typeof offer).expiresAt).toBeGreaterThan(now)
        }
        const kept = ['offers', 'requests'].flatMap(
          name => ledger.app.query(`registry/${name}`, {}) as { id: string }[],
        )
        expect(new Map(kept.map(record => [record.id, record]))).toEqual(live)
      }),
      { numRuns: 25 },
    )
  })

  function replay(live: Map<string, unknown>, event: Readonly<Record<string, unknown>>): void {
    const whole = (event.offer ?? event.request) as { id: string } | undefined
    if (whole === undefined) live.delete(String(event.id))
    else live.set(whole.id, whole)
  }
})
