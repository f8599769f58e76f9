import { describe, expect, it } from 'vitest'
import { createActivity } from './activity.js'
import { ApiError, createApi } from './client.js'
import { applyEvent, LIVE_LIMIT, readEvent } from './live.js'
import { round, session } from './samples.js'
import { type SseMessage, sseReader } from './sse.js'
import { readToday, sumService } from './today.js'
import type { HistoryEntry } from './types.js'

describe('reading the event stream', () => {
  const STREAM = ': hello\n\nevent: block\r\ndata: {"a":1}\r\n\r\ndata: one\ndata: two\n\nid: 7\nevent: round\n\n'

  it('gives the same messages however the text is cut', () => {
    for (let size = 1; size <= STREAM.length; size += 1) {
      const heard: SseMessage[] = []
      const push = sseReader(message => heard.push(message))
      for (let at = 0; at < STREAM.length; at += size) push(STREAM.slice(at, at + size))
      expect(heard).toEqual([
        { event: 'block', data: '{"a":1}' },
        { event: 'message', data: 'one\ntwo' },
      ])
    }
  })

  it('refuses a message without end', () => {
    const push = sseReader(() => {})
    expect(() => push('x'.repeat(4_000_001))).toThrow(RangeError)
  })

  it('ignores kinds it does not know and broken JSON', () => {
    expect(readEvent('weather', '{}')).toBeUndefined()
    expect(readEvent('block', '{')).toBeUndefined()
    expect(readEvent('block', '{"height":3}')).toEqual({ type: 'block', data: { height: 3 } })
  })
})

describe('live sessions', () => {
  it('count a round as paid once, also when the event is repeated', () => {
    const data = {
      sid: 's1',
      round: round({ state: 'paid', paidAt: 2_900 }),
      owed: '5',
      paid: '5',
      accessUntil: 13_000,
    } as const
    const once = applyEvent([session()], { type: 'round', data })
    const twice = applyEvent(once, { type: 'round', data })
    expect(twice).toEqual(once)
    expect(once[0]).toMatchObject({ roundsPaid: 1, paid: '5', accessUntil: 13_000 })
  })

  it('keep rounds in order and at most twelve', () => {
    let sessions: readonly ReturnType<typeof session>[] = [session()]
    for (const n of [3, 2, ...Array.from({ length: 20 }, (_, i) => i + 4)])
      sessions = applyEvent(sessions, {
        type: 'round',
        data: { sid: 's1', round: round({ round: n }), owed: '0', paid: '0', accessUntil: 0 },
      })
    expect(sessions[0]?.rounds.map(r => r.round)).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])
  })

  it('come, change and go', () => {
    const opened = applyEvent([session()], { type: 'session', data: session({ sid: 's2' }) })
    expect(opened.map(s => s.sid)).toEqual(['s2', 's1'])
    const closed = applyEvent(opened, { type: 'session', data: session({ state: 'closed', reason: 'NOT_PAID' }) })
    expect(closed.map(s => s.sid)).toEqual(['s2'])
  })

  it('never grow past what the page can show', () => {
    const many = Array.from({ length: LIVE_LIMIT + 9 }, (_, n) => session({ sid: `n${n}` }))
    const shown = many.reduce<readonly ReturnType<typeof session>[]>(
      (all, data) => applyEvent(all, { type: 'session', data }),
      [],
    )
    expect(shown).toHaveLength(LIVE_LIMIT)
    expect(shown[0]?.sid).toBe(`n${LIVE_LIMIT + 8}`)
  })
})

describe('activity', () => {
  const meter = (bytesDown: string) =>
    ({ type: 'meter', data: { at: 0, sessions: [{ sid: 's1', bytesUp: '0', bytesDown }] } }) as const

  it('turns differences of counts into rates, without a spike at the first sight', () => {
    const activity = createActivity()
    activity.seed([session({ bytesDown: '1000000' })])
    activity.sample(0)
    activity.apply(meter('1500000'))
    activity.sample(2_000)
    expect(activity.samples()).toEqual([{ at: 2, up: 0, down: 250_000 }])
  })

  it('forgets rounds after a minute and counts each once', () => {
    const activity = createActivity()
    const data = {
      sid: 's1',
      round: round({ state: 'paid', paidAt: 10_000 }),
      owed: '1',
      paid: '1',
      accessUntil: 0,
    } as const
    activity.apply({ type: 'round', data })
    activity.apply({ type: 'round', data })
    expect(activity.roundsPerMinute(69_000)).toBe(1)
    expect(activity.roundsPerMinute(70_001)).toBe(0)
  })
})

describe('the sums of the day', () => {
  const entry = (n: number, changes: Partial<HistoryEntry> = {}): HistoryEntry => ({
    id: String(n),
    timeMs: 5_000,
    height: n,
    type: 'sessions/settled',
    direction: 'in',
    asset: 'credit',
    amount: '10',
    counterparty: null,
    hash: null,
    ...changes,
  })

  it('count service in one asset since midnight, and nothing else', () => {
    const entries = [
      entry(1),
      entry(2, { direction: 'out', amount: '3' }),
      entry(3, { type: 'accounts/transferred' }),
      entry(4, { asset: 'other' }),
      entry(5, { timeMs: 4_999 }),
    ]
    expect(sumService(entries, 'credit', 5_000)).toEqual({ earned: 10n, spent: 3n, whole: true })
  })

  it('come from the history when the node does not report them, and say when the day is longer than that', async () => {
    const wallet = { did: 'did:key:zA', balances: [] }
    const answer = (next: string | null) => (input: unknown) =>
      Promise.resolve(Response.json(input === '/v1/wallet' ? wallet : { items: [entry(1, { timeMs: 9e12 })], next }))
    expect(await readToday(createApi('t', answer(null)), 9e12)).toEqual({ earned: 10n, spent: 0n, whole: true })
    expect(await readToday(createApi('t', answer('more')), 9e12)).toEqual({ earned: 100n, spent: 0n, whole: false })
  })
})

describe('asking the node', () => {
  const answering = (status: number, body: unknown) =>
    createApi('t', async () => new Response(JSON.stringify(body), { status }))

  it('sends the token and leaves out empty search terms', async () => {
    const seen: [unknown, RequestInit | undefined][] = []
    const api = createApi('secret', async (input, init) => {
      seen.push([input, init])
      return new Response('{}')
    })
    await api.get('/v1/offers', { type: '', slice: 'a b', limit: 20, cursor: undefined })
    expect(seen[0]?.[0]).toBe('/v1/offers?slice=a+b&limit=20')
    expect(seen[0]?.[1]?.headers).toEqual({ authorization: 'Bearer secret' })
  })

  it('turns refusals into errors with the code of the node', async () => {
    const api = answering(422, { error: { code: 'BALANCE_SHORT', message: 'Too little' } })
    await expect(api.post('/v1/wallet/transfer', {})).rejects.toMatchObject({ code: 'BALANCE_SHORT', status: 422 })
    await expect(answering(401, 'x').get('/v1/wallet')).rejects.toMatchObject({ code: 'ADMIN_TOKEN' })
  })

  it('says so when there is no answer', async () => {
    const api = createApi('t', () => Promise.reject(new TypeError('failed')))
    await expect(api.get('/v1/node')).rejects.toBeInstanceOf(ApiError)
    await expect(api.get('/v1/node')).rejects.toMatchObject({ code: 'UNREACHABLE', status: 0 })
  })
})
