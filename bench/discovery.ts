/**
 * Discovery over 100,000 offers by type, area, price and slice, a page of 20 at a time, through the HTTP API on loopback
 * (server and client in this one process). The offers come in through the read model's own way: blocks with events.
 * Control: the same question answered by reading every offer. Limit: p99 at most 5 ms.
 */
import { Agent, get } from 'node:http'
import { startTestApi } from '@conet/node/api/testing'
import { distanceM } from '@conet/node/readmodel'
import { block, type OfferSample, offerEvent } from '@conet/node/readmodel/testing'
import Libsql from 'libsql'
import { note, option, percentile, printFigures } from './lib.js'

const OFFERS = option('offers', 100_000)
const QUERIES = option('queries', 1_000)
const WARM_UP = 100
const CONTROLS = 5
const PER_BLOCK = 1_000
/** As when a node catches up: many blocks share one transaction. */
const PER_BATCH = 25
const CITIES = 200
const PAGE = 20
const LIMIT_P99_MS = 5
const SLICES = ['default', 'video', 'gaming', 'iot', 'emergency']
const NOW = 1_700_000_000_000

type Sample = Required<Omit<OfferSample, 'version'>>

/** Small fast generator (xorshift32): the same offers in every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

const random = generator(20_261_122)
const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1))
const cities = Array.from({ length: CITIES }, () => ({ latE6: between(-60e6, 60e6), lonE6: between(-179e6, 179e6) }))
const slice = () => SLICES[between(0, SLICES.length - 1)] ?? 'default'

/** Within some 10 km of a city; the first cities are the crowded ones. */
function nearCity() {
  const city = cities[Math.floor(random() ** 2 * CITIES)] ?? { latE6: 0, lonE6: 0 }
  return { latE6: city.latE6 + between(-100_000, 100_000), lonE6: city.lonE6 + between(-100_000, 100_000) }
}

function sample(index: number): Sample {
  const id = index.toString(16).padStart(32, '0')
  const provider = `did:key:p${index % 5_000}`
  const prices = { perGiB: BigInt(between(0, 5_000_000)), perHour: BigInt(between(0, 100_000)) }
  return { id, provider, ...nearCity(), radiusM: between(50, 5_000), ...prices, slice: slice(), expiresAt: NOW * 2 }
}

interface Question {
  readonly latE6: number
  readonly lonE6: number
  readonly maxPerGiB: bigint
  readonly slice: string
}

const question = (): Question => ({ ...nearCity(), maxPerGiB: BigInt(between(500_000, 5_000_000)), slice: slice() })

/** What a full scan answers: reads every row, keeps what fits, sorts, cuts the page. */
function fullScan(database: Libsql.Database, asked: Question): string[] {
  const rows = database.prepare('select body from offers where live = 1').all([]) as { body: string }[]
  const fitting = rows
    .map(row => JSON.parse(row.body))
    .filter(offer => offer.type === 'access' && offer.slice === asked.slice && offer.expiresAt > NOW)
    .filter(offer => BigInt(offer.terms.tariff.perGiB) <= asked.maxPerGiB)
    .filter(offer => distanceM(asked, offer.area) <= offer.area.radiusM)
    .map(({ id, terms }) => ({ id: String(id), price: BigInt(terms.tariff.perGiB) + BigInt(terms.tariff.perHour) }))
  const order = (a: (typeof fitting)[0], b: (typeof fitting)[0]) =>
    a.price < b.price ? -1 : a.price > b.price ? 1 : a.id < b.id ? -1 : 1
  return fitting
    .sort(order)
    .slice(0, PAGE)
    .map(offer => offer.id)
}

const agent = new Agent({ keepAlive: true })

function ask(url: string, { latE6, lonE6, maxPerGiB, slice }: Question): Promise<string[]> {
  const query = `type=access&lat=${latE6 / 1e6}&lon=${lonE6 / 1e6}&maxPerGiB=${maxPerGiB}&slice=${slice}&limit=${PAGE}`
  return new Promise((resolve, reject) => {
    const call = get(`${url}/v1/offers?${query}`, { agent }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString()) as { items: { id: string }[] }
        resolve(answer.items.map(item => item.id))
      })
    })
    call.on('error', reject)
  })
}

async function timed<T>(work: () => Promise<T> | T): Promise<{ ms: number; value: T }> {
  const start = performance.now()
  const value = await work()
  return { ms: performance.now() - start, value }
}

/** A block that publishes the next thousand offers. */
function offersBlock(height: number) {
  const first = (height - 1) * PER_BLOCK
  const count = Math.min(PER_BLOCK, OFFERS - first)
  return block(height, [Array.from({ length: count }, (_, i) => offerEvent(sample(first + i)))])
}

async function main(): Promise<void> {
  const node = await startTestApi()
  try {
    const load = await timed(async () => {
      const heights = Array.from({ length: Math.ceil(OFFERS / PER_BLOCK) }, (_, i) => i + 1)
      while (heights.length > 0) await node.readModel.apply(heights.splice(0, PER_BATCH).map(offersBlock))
    })
    note(`${OFFERS} offers taken in within ${Math.round(load.ms)} ms`)
    for (let i = 0; i < WARM_UP; i++) await ask(node.url, question())
    const times: number[] = []
    for (let i = 0; i < QUERIES; i++) times.push((await timed(() => ask(node.url, question()))).ms)
    const scans: number[] = []
    let wrong = 0
    const database = new Libsql(node.file)
    for (let i = 0; i < CONTROLS; i++) {
      const asked = question()
      const scan = await timed(() => fullScan(database, asked))
      scans.push(scan.ms)
      if (JSON.stringify(scan.value) !== JSON.stringify(await ask(node.url, asked))) wrong++
    }
    database.close()
    const figures = { offers: OFFERS, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) }
    note(
      `control, full scan: p50 ${percentile(scans, 0.5).toFixed(1)} ms; limit: p99 ≤ ${LIMIT_P99_MS} ms; ${wrong} of ${CONTROLS} answers differ from it`,
    )
    printFigures({ ...figures, controlP50Ms: percentile(scans, 0.5), answersWrong: wrong })
    process.exitCode = wrong === 0 ? 0 : 1
  } finally {
    agent.destroy()
    await node.stop()
  }
}

await main()
