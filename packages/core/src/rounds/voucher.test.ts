import { describe, expect, it } from 'vitest'
import { createProvider, nextProviderDeadline, stepProvider } from './provider.js'
import type { ProviderEffect, ProviderEvent, ProviderState } from './provider-types.js'
import type { GrantPayload, StatementPayload, VoucherPayload } from './types.js'

const AT = 1_800_000_000_000
const grant: GrantPayload = {
  lid: 'l',
  sid: '00'.repeat(16),
  client: 'did:key:c',
  provider: 'did:key:p',
  offer: 'o',
  offerVersion: 1,
  terms: {
    tariff: { asset: 'credit', perGiB: 1_000_000n, perHour: 360_000n },
    trialMs: 2_000,
    restMs: 8_000,
    toleranceBps: 500,
    toleranceBytes: 0n,
    maxUnpaid: 20_000n,
    maxUnpaidCap: 100_000n,
    shares: [{ to: 'did:key:upstream', bps: 2_500 }],
  },
  access: { host: 'h', port: 1, protocols: ['http'], username: 'u', password: 'p' },
  control: '/c',
  at: AT,
  accessUntil: AT + 2_000,
}
const METER = { bytesUp: 1_000n, bytesDown: 2_000_000n }
const MORE = { bytesUp: 1_000n, bytesDown: 12_000_000n }

/** A provider driven by hand. */
class Driven {
  state: ProviderState = createProvider({
    grant,
    credit: grant.terms.maxUnpaid,
    escrow: 'e1',
    settle: { everyRound: true },
    seal: (kind, payload) => {
      const { round } = payload as { round?: number }
      return { text: `${kind}#${round}`, hash: `hash-of-${kind}#${round}` }
    },
  })
  feed(event: ProviderEvent, afterMs: number): readonly ProviderEffect[] {
    const step = stepProvider(this.state, event, AT + afterMs)
    this.state = step.state
    return step.effects
  }
  statement(afterMs = 1_000, meter = METER): StatementPayload {
    const [effect] = this.feed({ type: 'time', meter }, afterMs)
    if (effect?.type !== 'send' || effect.kind !== 'statement') throw new Error('no statement was sent')
    return effect.statement
  }
  voucher(voucher: VoucherPayload, afterMs: number, hash = `v${voucher.round}`) {
    return this.feed({ type: 'voucher', voucher, text: `text-${hash}`, hash }, afterMs)
  }
}

const answer = (statement: StatementPayload, change: Partial<VoucherPayload> = {}): VoucherPayload => ({
  lid: grant.lid,
  sid: grant.sid,
  client: grant.client,
  provider: grant.provider,
  asset: 'credit',
  round: statement.round,
  owed: statement.owed,
  bytes: 2_001_000n,
  statement: `hash-of-conet-statement+jwt#${statement.round}`,
  shares: grant.terms.shares,
  escrow: 'e1',
  ...change,
})

describe('the provider (RND-3 to RND-5)', () => {
  it('asks for the whole round before the trial ends, and extends to the end of the paid time', () => {
    const provider = new Driven()
    expect(nextProviderDeadline(provider.state)).toBe(AT + 1_000)
    const statement = provider.statement()
    expect(statement).toMatchObject({
      round: 1,
      elapsedMs: 10_000,
      owed: 2_863n,
      due: AT + 2_000,
      paidUntil: AT + 10_000,
    })
    expect(provider.voucher(answer(statement), 1_100)).toEqual([
      { type: 'store', text: 'text-v1', hash: 'v1', round: 1, owed: 2_863n, checked: true },
    ])
    const effects = provider.feed({ type: 'stored', hash: 'v1' }, 1_105)
    expect(effects.map(effect => effect.type)).toEqual(['checked', 'extend', 'ack', 'settle'])
    expect(effects[1]).toMatchObject({ until: AT + 10_000, quota: 2_001_000n + 24_548_959n })
    expect(nextProviderDeadline(provider.state)).toBe(AT + 9_500)
  })

  it('opens the next trial itself, so that a provider that died gives none', () => {
    const provider = new Driven()
    provider.voucher(answer(provider.statement()), 1_100)
    provider.feed({ type: 'stored', hash: 'v1' }, 1_105)
    expect(provider.feed({ type: 'time', meter: MORE }, 9_499)).toEqual([])
    const [effect] = provider.feed({ type: 'time', meter: MORE }, 9_500)
    expect(effect).toMatchObject({ type: 'extend', until: AT + 12_000 })
    expect(nextProviderDeadline(provider.state)).toBe(AT + 11_000)
  })

  it('asks early, at the same end, when the quota is half used', () => {
    const provider = new Driven()
    provider.voucher(answer(provider.statement()), 1_100)
    provider.feed({ type: 'stored', hash: 'v1' }, 1_105)
    const [effect] = provider.feed({ type: 'half', meter: MORE }, 3_000)
    expect(effect).toMatchObject({
      statement: { round: 2, elapsedMs: 10_000, paidUntil: AT + 10_000, due: AT + 12_000 },
    })
  })

  it('does not blame the client for a round that it never asked for', () => {
    const late = new Driven().feed({ type: 'time', meter: METER }, 4_000)
    expect(late).toEqual([{ type: 'cut', reason: 'FAULT' }])
    const asked = new Driven()
    asked.feed({ type: 'time', meter: METER }, 3_000)
    expect(asked.feed({ type: 'time', meter: METER }, 3_400)).toEqual([{ type: 'cut', reason: 'FAULT' }])
    const dead = new Driven()
    expect(dead.feed({ type: 'expired', meter: METER }, 2_500)).toEqual([{ type: 'cut', reason: 'FAULT' }])
  })

  it('asks late after it had to wait itself, and goes on with a client that answers', () => {
    const provider = new Driven()
    const [held, sent] = provider.feed({ type: 'time', meter: METER }, 3_900)
    // The end has passed: this holds the flows, and lets nothing through.
    expect(held).toMatchObject({ type: 'extend', until: AT + 2_000 })
    if (sent?.type !== 'send' || sent.kind !== 'statement') throw new Error('no statement was sent')
    const { statement } = sent
    expect(statement).toMatchObject({ round: 1, elapsedMs: 10_000 })
    expect(nextProviderDeadline(provider.state)).toBeLessThanOrEqual(AT + 4_300)
    provider.voucher(answer(statement), 4_100)
    const effects = provider.feed({ type: 'stored', hash: 'v1' }, 4_110)
    expect(effects).toContainEqual(expect.objectContaining({ type: 'extend', until: AT + 10_000 }))
  })

  it('sends an unanswered statement again, the same text', () => {
    const provider = new Driven()
    provider.statement()
    const [again] = provider.feed({ type: 'time', meter: MORE }, 1_250)
    expect(again).toMatchObject({ type: 'send', text: 'conet-statement+jwt#1' })
    const [attached] = provider.feed({ type: 'attached' }, 1_300)
    expect(attached).toMatchObject({ type: 'send', text: 'conet-statement+jwt#1' })
  })
})

describe('a voucher', () => {
  it.each([
    ['another ledger', { lid: 'other' }, 'VOUCHER_MISMATCH', 'lid'],
    ['another session', { sid: '11'.repeat(16) }, 'VOUCHER_MISMATCH', 'sid'],
    ['another client', { client: 'did:key:x' }, 'VOUCHER_MISMATCH', 'client'],
    ['another provider', { provider: 'did:key:x' }, 'VOUCHER_MISMATCH', 'provider'],
    ['another asset', { asset: 'shells' }, 'VOUCHER_MISMATCH', 'asset'],
    ['another split', { shares: [] }, 'VOUCHER_MISMATCH', 'shares'],
    ['another escrow', { escrow: 'e2' }, 'VOUCHER_MISMATCH', 'escrow'],
    ['less than the statement', { owed: 2_862n }, 'VOUCHER_MISMATCH', 'owed'],
    ['more than the statement', { owed: 2_864n }, 'VOUCHER_MISMATCH', 'owed'],
    ['another round', { round: 2 }, 'VOUCHER_MISMATCH', 'round'],
    ['an unknown statement', { statement: 'ff'.repeat(32) }, 'STATEMENT_UNKNOWN', undefined],
  ])('for %s is refused and changes nothing', (_, change, code, field) => {
    const provider = new Driven()
    const statement = provider.statement()
    const before = provider.state
    const [effect] = provider.voucher(answer(statement, change), 1_100)
    expect(effect).toMatchObject({ type: 'refuse', code })
    if (field !== undefined) expect(effect).toMatchObject({ data: { field } })
    expect(provider.state).toEqual(before)
  })

  it('below the highest is refused, the same one is confirmed again without a second extension', () => {
    const provider = new Driven()
    const first = answer(provider.statement())
    provider.voucher(first, 1_100)
    provider.feed({ type: 'stored', hash: 'v1' }, 1_105)
    const [sent] = provider.feed({ type: 'half', meter: MORE }, 3_000)
    if (sent?.type !== 'send' || sent.kind !== 'statement') throw new Error('no statement was sent')
    provider.voucher(answer(sent.statement), 3_010)
    provider.feed({ type: 'stored', hash: 'v2' }, 3_020)
    expect(provider.voucher(first, 3_030)).toMatchObject([{ type: 'refuse', code: 'VOUCHER_BELOW' }])
    expect(provider.voucher(answer(sent.statement), 3_040)).toMatchObject([{ type: 'ack', ack: { round: 2 } }])
  })

  it('that could not be stored extends nothing and may be sent again', () => {
    const provider = new Driven()
    const statement = provider.statement()
    provider.voucher(answer(statement), 1_100)
    const effects = provider.feed({ type: 'store-failed', hash: 'v1' }, 1_110)
    expect(effects).toMatchObject([{ type: 'refuse', code: 'STORAGE_FAILED' }])
    expect(provider.state.accessUntil).toBe(AT + 2_000)
    expect(provider.voucher(answer(statement), 1_200)).toMatchObject([{ type: 'store', hash: 'v1' }])
  })

  it('that comes after the cut still counts and is settled, also after the end (RND-10)', () => {
    const provider = new Driven()
    const statement = provider.statement()
    expect(provider.feed({ type: 'expired', meter: METER }, 2_000)).toEqual([{ type: 'cut', reason: 'NOT_PAID' }])
    const [final] = provider.feed({ type: 'cut', meter: METER }, 2_001)
    expect(final).toMatchObject({ statement: { final: true, elapsedMs: 0, owed: 1_863n } })
    provider.feed({ type: 'time', meter: METER }, 10_000)
    expect(provider.state.phase).toBe('ended')
    provider.voucher(answer(statement), 11_000)
    const effects = provider.feed({ type: 'stored', hash: 'v1' }, 11_001)
    expect(effects).toMatchObject([{ type: 'checked' }, { type: 'ack' }, { type: 'settle', owed: 2_863n }])
  })
})
