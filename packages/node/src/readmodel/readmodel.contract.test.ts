import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBase64url, encodeUtf8 } from '@conet/core/wire'
import type { CommittedBlock, Engine } from '@conet/engines'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { distanceM } from './cells.js'
import { type DatabaseTarget, followLedger, type OfferSearch, ReadModel } from './index.js'
import { block, findPostgres, offer, offerEvent, startPostgres } from './testing/index.js'

const NOW = 1_700_000_000_000
const ALL: OfferSearch = { type: 'access', sort: 'price', limit: 100 }

async function search(
  model: ReadModel,
  over: Partial<OfferSearch>,
): Promise<{ ids: readonly string[]; next: string | null }> {
  const found = await model.discover({ ...ALL, ...over }, NOW)
  if (!found.ok) throw new Error(found.code)
  return { ids: found.value.items, next: found.value.next }
}

async function everything(model: ReadModel, over: Partial<OfferSearch>): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page: Awaited<ReturnType<typeof search>> = await search(model, { ...over, cursor })
    ids.push(...page.ids)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return ids
}

const kindOf = (part: unknown) => (part === '\0' ? 'NUL' : typeof part)

/** The same suite for every database (design 7.2). */
function contract(name: string, newTarget: () => Promise<DatabaseTarget>): void {
  describe(`read model on ${name}`, () => {
    const models: ReadModel[] = []
    const open = async (target?: DatabaseTarget, lid = 'test') => {
      const model = await ReadModel.open(target ?? (await newTarget()), lid)
      models.push(model)
      return model
    }
    afterAll(async () => {
      await Promise.all(models.map(model => model.close()))
    })

    it('takes blocks in once, in order, and refuses a gap', async () => {
      const model = await open()
      await model.apply([block(1), block(2)])
      await model.apply([block(2), block(3)])
      expect(model.height).toBe(3)
      await expect(model.apply([block(5)])).rejects.toMatchObject({ code: 'READMODEL_GAP', data: { expected: 4 } })
      expect(model.height).toBe(3)
    })

    it('goes on where it stopped, and starts again for another ledger', async () => {
      const target = await newTarget()
      const first = await open(target)
      await first.apply([block(1, [[offerEvent({ id: 'a' })]])])
      const second = await open(target)
      expect(second.height).toBe(1)
      expect(second.appHash).toBe(block(1).result.appHash)
      const other = await open(target, 'other')
      expect(other.height).toBe(0)
      expect(await everything(other, {})).toEqual([])
    })

    it('keeps the history of an account, newest first, in pages', async () => {
      const model = await open()
      const pay = (n: number) => ({
        type: 'accounts/transferred',
        from: 'did:key:a',
        to: 'did:key:b',
        asset: 'credit',
        amount: `${n}`,
      })
      await model.apply([block(1, [[pay(1)], [pay(2)]]), block(2, [[pay(3)]])])
      const page = await model.history('did:key:b', { limit: 2 })
      if (!page.ok) throw new Error(page.code)
      expect(page.value.items.map(entry => entry.amount)).toEqual(['3', '2'])
      expect(page.value.items[0]).toMatchObject({ direction: 'in', counterparty: 'did:key:a', height: 2 })
      const rest = await model.history('did:key:b', { limit: 2, cursor: page.value.next ?? '' })
      expect(rest).toMatchObject({ ok: true, value: { items: [{ amount: '1' }], next: null } })
      expect(await model.history('did:key:b', { limit: 2, cursor: '!' })).toMatchObject({
        ok: false,
        code: 'CURSOR_INVALID',
      })
    })

    it('follows an offer through its versions to its end', async () => {
      const model = await open()
      await model.apply([
        block(1, [
          [
            {
              type: 'registry/networkRegistered',
              network: { owner: 'did:key:p', name: 'Campus', networkType: 'campus' },
            },
          ],
          [offerEvent({ id: 'a' }), offerEvent({ id: 'b' })],
        ]),
        block(2, [[{ type: 'registry/offerUpdated', offer: offer({ id: 'a', version: 2, slice: 'video' }) }]]),
      ])
      expect(await everything(model, { slice: 'video' })).toEqual(['a'])
      expect(await model.offers(['a', 'none'])).toMatchObject([
        { id: 'a', body: { version: 2 }, providerName: 'Campus', live: true },
      ])
      await model.apply([
        block(3, [[{ type: 'registry/offerWithdrawn', id: 'a' }]], [{ type: 'registry/offerExpired', id: 'b' }]),
      ])
      expect(await everything(model, {})).toEqual([])
      expect(await model.offers(['a'])).toMatchObject([{ live: false }])
    })

    it('counts settlements and ranks providers by what the ledger saw', async () => {
      const model = await open()
      const session = (sid: string, provider: string) => ({ client: 'did:key:c', sid, provider, asset: 'credit' })
      const settled = { type: 'sessions/settled', ...session('s1', 'did:key:good'), round: 2, paid: '5', settled: '5' }
      await model.apply([
        block(1, [
          [
            offerEvent({ id: 'cheap', provider: 'did:key:new', perGiB: 1n }),
            offerEvent({ id: 'known', provider: 'did:key:good' }),
          ],
        ]),
        block(2, [[settled], [{ ...settled, round: 3, paid: '4', settled: '9' }]]),
        block(3, [[{ type: 'sessions/closed', ...session('s1', 'did:key:good'), endMs: 1 }]]),
      ])
      expect(await model.session('did:key:c', 's1')).toMatchObject({
        paid: '9',
        round: 3,
        settlements: 2,
        state: 'closed',
      })
      const list = await model.settlements('did:key:c', 's1', { limit: 10 })
      expect(list).toMatchObject({ ok: true, value: { items: [{ amount: '5' }, { amount: '4' }] } })
      expect(await everything(model, { sort: 'trust' })).toEqual(['known', 'cheap'])
      expect(await everything(model, { sort: 'price' })).toEqual(['cheap', 'known'])
    })

    it.each([
      [['EXP_TOO_FAR', 'OK', 'REPLAYED'], 'OK', 2],
      [['OK', 'NOTHING_NEW'], 'OK', 1],
      [['EXP_TOO_FAR', 'BALANCE_SHORT', 'REPLAYED'], 'BALANCE_SHORT', 2],
    ])('says of a transaction that blocks held as %j in turn that it is %s', async (codes, code, height) => {
      const model = await open()
      const first = block(1, [[]])
      const hash = first.result.results[0]?.hash ?? ''
      const blocks = codes.map((one, i) => {
        const made = block(i + 1, [[]])
        return { ...made, result: { ...made.result, results: [{ hash, code: one, data: { nth: i + 1 }, events: [] }] } }
      })
      await model.apply(blocks)
      const timeMs = blocks[height - 1]?.timeMs
      expect(await model.transaction(hash)).toEqual({ height, timeMs, code, data: { nth: height } })
      expect(await model.transaction('00'.repeat(32))).toBeUndefined()
    })

    it('keeps the series of one session id apart', async () => {
      const model = await open()
      const settled = (series: string, paid: string) => ({
        type: 'sessions/settled',
        ...{ client: 'did:key:c', sid: 's1', series, provider: `did:key:${series}`, asset: 'credit', round: 1 },
        ...{ paid, settled: paid },
      })
      await model.apply([block(1, [[offerEvent({ id: 'mine', provider: 'did:key:p' })]])])
      await model.apply([
        block(2, [[settled('p', '40')], [settled('x', '5')]]),
        block(3, [[{ type: 'sessions/closed', client: 'did:key:c', sid: 's1', series: 'x', endMs: 1 }]]),
      ])
      const shown = async (series?: string) => await model.session('did:key:c', 's1', series)
      expect(await shown('p')).toMatchObject({ provider: 'did:key:p', paid: '40', settlements: 1, state: 'open' })
      expect(await shown('x')).toMatchObject({ provider: 'did:key:x', paid: '5', settlements: 1, state: 'closed' })
      expect(await shown()).toMatchObject({ series: 'p' })
      expect(await model.offers(['mine'])).toMatchObject([{ sessions: 1 }])
    })

    it('takes the largest numbers the ledger takes, and gives them back as numbers', async () => {
      const model = await open()
      const most = Number.MAX_SAFE_INTEGER
      const pair = { client: 'did:key:c', sid: 's1' }
      const settled = { ...pair, provider: 'did:key:p', asset: 'credit', round: most, paid: '1', settled: '1' }
      const dated = { id: 'a', version: most, expiresAt: most, radiusM: 20_100_000 }
      await model.apply([block(1, [[{ type: 'sessions/settled', ...settled }], [offerEvent(dated)]])])
      expect(await model.session(pair.client, pair.sid)).toMatchObject({ round: most, settlements: 1, height: 1 })
      const list = await model.settlements(pair.client, pair.sid, { limit: 1 })
      expect(list).toMatchObject({ ok: true, value: { items: [{ round: most, seq: 0 }] } })
      expect(await everything(model, { point: { latE6: 1, lonE6: 1 } })).toEqual(['a'])
    })

    it('refuses cursors of another form, and takes those of any size', async () => {
      const model = await open()
      const most = Number.MAX_SAFE_INTEGER
      const paged = (place: unknown) => ({ limit: 5, cursor: encodeBase64url(encodeUtf8(JSON.stringify(place))) })
      const lists: Record<string, (place: unknown) => Promise<{ ok: boolean }>> = {
        price: place => model.discover({ ...ALL, ...paged(place) }, NOW),
        trust: place => model.discover({ ...ALL, ...paged(place), sort: 'trust' }, NOW),
        history: place => model.history('did:key:a', paged(place)),
        settlements: place => model.settlements('did:key:c', 's1', paged(place)),
        networks: place => model.networks(paged(place)),
        requests: place => model.requests(paged(place), NOW),
      }
      const forms = { price: [most, 'a'], trust: [most, 'a'], history: [most, most], settlements: [-most, most] }
      for (const [name, read] of Object.entries(lists)) {
        const form = (forms as Record<string, unknown>)[name] ?? ['a', 'b']
        expect(await read(form), name).toMatchObject({ ok: true, value: { items: [], next: null } })
        const others = [...Object.values(forms), ['a', 'b'], ['a', 1], ['a', '\0'], [1, '\0']]
        for (const other of others.filter(place => place.map(kindOf).join() !== (form as unknown[]).map(kindOf).join()))
          expect(await read(other), `${name} ${other}`).toMatchObject({ ok: false, code: 'CURSOR_INVALID' })
      }
    })

    it('finds nothing for text that no row can hold', async () => {
      const model = await open()
      await model.apply([block(1, [[offerEvent({ id: 'a' })]])])
      for (const strange of [{ slice: '\0' }, { type: '\0' }, { provider: 'did:key:\0' }])
        expect(await search(model, strange)).toEqual({ ids: [], next: null })
      expect(await model.offers(['\0'])).toEqual([])
      expect(await model.offers(['\0', 'a'])).toMatchObject([{ id: 'a' }])
    })

    it('finds what a full scan finds, by place, price and slice, in any page length', async () => {
      const sample = fc.record({
        latE6: fc.integer({ min: 52_400_000, max: 52_600_000 }),
        lonE6: fc.integer({ min: 13_200_000, max: 13_600_000 }),
        radiusM: fc.integer({ min: 50, max: 20_000 }),
        perGiB: fc.bigInt(0n, 20n),
        perHour: fc.bigInt(0n, 20n),
        slice: fc.constantFrom('default', 'video'),
      })
      const query = fc.record(
        {
          maxPerGiB: fc.bigInt(0n, 20n),
          maxPerHour: fc.bigInt(0n, 20n),
          slice: fc.constantFrom('default', 'video'),
          point: fc.constant({ latE6: 52_500_000, lonE6: 13_400_000 }),
          limit: fc.integer({ min: 1, max: 7 }),
          sort: fc.constantFrom('price' as const, 'trust' as const, 'distance' as const),
        },
        { requiredKeys: ['limit', 'sort'] },
      )
      const model = await open()
      const samples = fc
        .sample(sample, { numRuns: 120, seed: 7 })
        .map((s, i) => ({ ...s, id: `o${String(i).padStart(3, '0')}` }))
      await model.apply([block(1, [samples.map(offerEvent)])])
      await fc.assert(
        fc.asyncProperty(query, async q => {
          const expected = samples.filter(
            s =>
              (q.slice === undefined || s.slice === q.slice) &&
              (q.maxPerGiB === undefined || s.perGiB <= q.maxPerGiB) &&
              (q.maxPerHour === undefined || s.perHour <= q.maxPerHour) &&
              (q.point === undefined || distanceM(q.point, s) <= s.radiusM),
          )
          const found = await everything(model, q)
          expect([...found].sort()).toEqual(expected.map(s => s.id).sort())
          if (q.sort !== 'price') return
          const prices = found
            .map(id => samples.find(s => s.id === id))
            .map(s => (s?.perGiB ?? 0n) + (s?.perHour ?? 0n))
          expect(prices).toEqual([...prices].sort((a, b) => Number(a - b)))
        }),
        { numRuns: 60 },
      )
    })

    it('sorts and limits the highest prices the ledger takes', async () => {
      const model = await open()
      const top = 10n ** 15n
      const dear = { id: 'dear', perGiB: top, perHour: top }
      await model.apply([block(1, [[offerEvent(dear), offerEvent({ id: 'less', perGiB: top - 1n, perHour: top })]])])
      expect(await everything(model, {})).toEqual(['less', 'dear'])
      expect(await everything(model, { maxPerGiB: top - 1n })).toEqual(['less'])
      expect(await everything(model, { maxPerGiB: 2n ** 95n })).toEqual(['less', 'dear'])
    })

    it('leaves nothing of a batch that fails', async () => {
      const model = await open()
      const twice = { ...block(2), height: 1 } as CommittedBlock
      await expect(model.apply([block(1, [[offerEvent({ id: 'a' })]]), twice])).rejects.toBeDefined()
      expect(model.height).toBe(0)
      expect(await everything(model, {})).toEqual([])
    })

    /** Takes in everything that a ledger has. */
    const follow = (model: ReadModel, blocks: readonly CommittedBlock[], query: Engine['query'] = () => []) => {
      const source = {
        block: async (height: number) => blocks.find(one => one.height === height),
        blocks: async function* (from: number) {
          yield* blocks.filter(one => one.height >= from)
        },
        query,
      }
      const ports = {
        onError: (error: unknown) => {
          throw error
        },
        pause: async () => undefined,
      }
      return followLedger(model, source, ports, new AbortController().signal)
    }

    it('gives the same answers after a rebuild from genesis', async () => {
      const model = await open()
      const blocks = [
        block(1, [[offerEvent({ id: 'a' })]]),
        block(2, [[offerEvent({ id: 'b', perGiB: 1n })]]),
        block(3),
      ]
      await model.apply(blocks)
      const before = await everything(model, {})
      await model.clear()
      await follow(model, blocks)
      expect(model.height).toBe(3)
      expect(await everything(model, {})).toEqual(before)
    })

    it('begins in the middle with a ledger that began with a snapshot: its board comes from its state', async () => {
      const model = await open()
      const offers = Array.from({ length: 250 }, (_, i) => offer({ id: `o${String(i).padStart(3, '0')}` }))
      const network = { owner: 'did:key:n', name: 'North', networkType: 'operator' }
      const request = { id: 'r1', owner: 'did:key:n', kind: 'recruitment', expiresAt: 4_000_000_000_000 }
      const lists: Record<string, readonly { id?: string; owner?: string }[]> = {
        'registry/offers': offers,
        'registry/networks': [network],
        'registry/requests': [request],
      }
      const query = (name: string, { after = '' }: { after?: string }) => {
        const key = (row: { id?: string; owner?: string }) => (name === 'registry/networks' ? row.owner : row.id) ?? ''
        return (lists[name] ?? []).filter(row => key(row) > after).slice(0, 100)
      }
      const gone = { type: 'registry/offerWithdrawn', id: 'o000', provider: 'did:key:p' }
      const blocks = [block(501, [[gone]]), block(502, [[offerEvent({ id: 'new' })]])]
      await follow(model, blocks, query as Engine['query'])
      expect(model.height).toBe(502)
      const ids = await everything(model, {})
      expect(ids).toHaveLength(250)
      expect(ids).not.toContain('o000')
      expect(ids).toEqual(expect.arrayContaining(['o001', 'o249', 'new']))
      expect(await model.network('did:key:n')).toBeDefined()
      await follow(model, [...blocks, block(503)], query as Engine['query'])
      expect(model.height).toBe(503)
    })
  })
}

const folder = mkdtempSync(join(tmpdir(), 'conet-readmodel-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true }))
contract('SQLite', async () => ({ sqlite: join(folder, `${files++}.sqlite`) }))

const bin = findPostgres()
if (bin === undefined) {
  it('runs on PostgreSQL', context => {
    // The test command installs it in CI: there a missing server is a broken set-up, not a reason to skip.
    expect(process.env.CI, 'no PostgreSQL server in CI').toBeUndefined()
    console.log('SKIPPED: no PostgreSQL server is installed (apt-get install postgresql)')
    context.skip('no PostgreSQL server is installed')
  })
} else {
  let server: Awaited<ReturnType<typeof startPostgres>>
  beforeAll(async () => {
    server = await startPostgres(bin)
  }, 60_000)
  afterAll(() => server.stop())
  contract('PostgreSQL', async () => ({ url: await server.newDatabase() }))
}
