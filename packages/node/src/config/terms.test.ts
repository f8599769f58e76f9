import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkPrices, loadConfig, loadToStart, type OfferConfig, parseConfig } from './index.js'

const TERMS = { perGiB: '1000000', perHour: '0', maxUnpaid: '5000', maxUnpaidCap: '500000' }
const area = { lat: 52.5, lon: 13.4, radiusM: 200 }

function text(terms: object = {}, prices: object = {}): string {
  const offers = ['home', 'shop'].map(key => ({ key, name: key, area, terms: { ...TERMS, ...terms } }))
  return JSON.stringify({ offers, policy: { prices } })
}

const refusal = (code: string, path: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(path), data: expect.objectContaining({ path }) })

/** A hundred credits a GiB: 5000 micro-credits no longer pay for 64 KiB. */
const DEAR = { perGiB: '100000000', perHour: '0' }

describe('terms that the ledger would refuse', () => {
  it.each<[object, string]>([
    [{ perGiB: '100000000' }, 'perGiB'],
    [{ perHour: '1000000000000001' }, 'perHour'],
    [{ maxUnpaidCap: '99999999999999999999999999999' }, 'maxUnpaidCap'],
    [{ trialMs: 100 }, 'trialMs'],
    [{ shares: [{ to: 'nobody', bps: 1 }] }, 'shares.0.to'],
  ])('are refused in the configuration as %j, by name', (terms, member) => {
    const path = `offers.0.terms.${member}`
    expect(() => parseConfig(text(terms))).toThrowError(refusal('CONFIG_INVALID', path))
  })

  it('are refused when the policy in the configuration makes them so', () => {
    expect(() => parseConfig(text({}, { shop: DEAR }))).toThrowError(
      refusal('CONFIG_INVALID', 'policy.prices.shop.perGiB'),
    )
  })

  it('keep no node from starting, for its stored policy may have other prices', () => {
    const folder = mkdtempSync(join(tmpdir(), 'conet-terms-'))
    try {
      const path = join(folder, 'config.yaml')
      writeFileSync(path, text({ perGiB: DEAR.perGiB }))
      expect(() => loadConfig(path, {})).toThrowError(refusal('CONFIG_INVALID', 'offers.0.terms.perGiB'))
      expect(() => checkPrices(loadToStart(path, {}), { prices: { '*': { perGiB: '7', perHour: '0' } } })).not.toThrow()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each<[Record<string, OfferConfig['terms'] | object>, string, string]>([
    [{ '*': DEAR }, 'prices.*.perGiB', 'home'],
    [{ shop: { perGiB: '1', perHour: '1000000000000001' } }, 'prices.shop.perHour', 'shop'],
    [{ home: { perGiB: '1', perHour: '99999999999999999999999999999' } }, 'prices.home.perHour', 'home'],
  ])('are refused in a policy with prices %j, with offer and reason', (prices, path, offer) => {
    const act = () => checkPrices(parseConfig(text()), { prices: prices as never })
    expect(act).toThrowError(refusal('POLICY_INVALID', path))
    expect(act).toThrowError(expect.objectContaining({ data: expect.objectContaining({ offer }) }))
  })

  it('say which member of the configuration a policy falls back on', () => {
    const config = parseConfig(text({ perGiB: '100000000' }, { '*': { perGiB: '1', perHour: '0' } }))
    expect(() => checkPrices(config, { prices: {} })).toThrowError(/offers\.0\.terms\.perGiB is in force/)
  })

  it('are none at a price that can be paid, also for an offer that does not exist', () => {
    expect(() =>
      checkPrices(parseConfig(text()), { prices: { '*': { perGiB: '7', perHour: '1' }, old: DEAR } }),
    ).not.toThrow()
  })
})
