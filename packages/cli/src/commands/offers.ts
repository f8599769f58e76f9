import {
  NOTHING_MEASURED,
  type NodeApi,
  type Offer,
  type OfferQuery,
  type RankedOffer,
  rankOffers,
} from '@conet/client'
import { ConetError } from '@conet/core/errors'
import type { CliCommand } from '../command.js'
import { disputesIn } from '../evidence.js'
import { credits, parseCredits } from '../output.js'
import { refusedCursor } from '../refusals.js'
import { openApi } from '../wallet.js'

/** What prices are compared for: an hour of a browser's use. */
const EXPECTED = { bytes: 2n ** 30n, elapsedMs: 3_600_000 }

export const offers: CliCommand = {
  name: 'offers',
  summary: 'list offers nearby, best first, and say why',
  examples: ['conet offers', 'conet offers --lat 52.52 --lon 13.40 --max-per-gib 0.5 --json'],
  configure: command => {
    command
      .option('--lat <degrees>', 'own position, degrees north')
      .option('--lon <degrees>', 'own position, degrees east')
      .option('--max-per-gib <credits>', 'leave out dearer ones')
      .option('--max-per-hour <credits>', 'leave out dearer ones')
      .option('--slice <name>', 'only this slice')
      .option('--limit <count>', 'how many of a page, 1 to 100', '20')
      .option('--cursor <text>', 'next page, as the page before printed it')
  },
  run: async (context, _args, options) => {
    const page = await pageOf(openApi(context), query(options))
    const disputes = disputesIn(context.home)
    const quality = new Map([...disputes].map(([did, count]) => [did, { ...NOTHING_MEASURED, disputes: count }]))
    const ranked = rankOffers(page.items, { expected: EXPECTED, quality, ...position(options) })
    context.out.result({ items: ranked.map(plain), next: page.next }, () => {
      if (ranked.length === 0) return 'no offers here: widen the search, or ask another node with --node'
      const rows = ranked.map(one => row(one, disputes.get(one.offer.provider) ?? 0))
      const table = context.out.table(['score', 'offer', 'provider', 'per GiB', 'per hour', 'hops', 'trust'], rows)
      return page.next === null ? table : `${table}\nmore: --cursor ${page.next}`
    })
    return 0
  },
}

async function pageOf(api: NodeApi, wanted: OfferQuery) {
  try {
    return await api.offers(wanted)
  } catch (error) {
    throw refusedCursor(error, wanted.cursor)
  }
}

function query(options: Readonly<Record<string, unknown>>) {
  const money = (name: string) =>
    options[name] === undefined ? undefined : parseCredits(String(options[name])).toString()
  const given = {
    type: 'access',
    ...position(options).at,
    maxPerGiB: money('maxPerGib'),
    maxPerHour: money('maxPerHour'),
    slice: options.slice as string | undefined,
    limit: whole(options.limit, 1, 100),
    cursor: options.cursor as string | undefined,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function position(options: Readonly<Record<string, unknown>>): { at?: { lat: number; lon: number } } {
  if (options.lat === undefined && options.lon === undefined) return {}
  const [lat, lon] = [degrees(options.lat), degrees(options.lon)]
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180))
    throw new ConetError('USAGE', 'a position needs --lat in -90..90 and --lon in -180..180')
  return { at: { lat, lon } }
}

/** Empty text, which `Number` reads as 0, is no place on the equator. */
function degrees(value: unknown): number {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(String(value)) ? Number(value) : Number.NaN
}

function whole(value: unknown, least: number, most: number): number {
  const number = Number(value)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new ConetError('USAGE', `"${String(value)}" must be a whole number from ${least} to ${most}`)
}

function plain({ offer, score, price, reasons }: RankedOffer) {
  return { ...offer, score, priceOfExpected: price, reasons }
}

function row({ offer, score }: { offer: Offer; score: number }, own: number): string[] {
  const { tariff } = offer.terms
  const trust = `${offer.quality.sessions} settled`
  return [
    score.toFixed(0),
    // Whole: `connect --offer` wants it so.
    `${offer.id} ${offer.name}`,
    offer.providerName,
    credits(tariff.perGiB),
    credits(tariff.perHour),
    String(offer.hops),
    own === 0 ? trust : `${trust}, ${own} disputed by you`,
  ]
}
