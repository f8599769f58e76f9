import type { NetworkId, PlayerId } from '../indicators/index.js'
import { equalWeights } from '../weights/index.js'
import { radarSize } from './radar.js'
import { indicatorValue, type PlayerScores, weighted } from './scores.js'

/** `≈` means within half a point: our choice, the paper gives no numbers (VAL-13). */
const ABOUT = 0.5
const SHARER_RIVALS = ['wifi', 'hotspot'] as const
const USER_RIVALS = ['wifi', 'broadband', 'hotspot', 'mobile'] as const

/** An ordering that the paper states in words; the check answers for a comparison at hand. */
export interface PaperOrdering {
  readonly id: string
  readonly player: PlayerId
  readonly text: string
  holds(scores: PlayerScores): boolean
}

export interface OrderingCheck {
  readonly id: string
  readonly player: PlayerId
  readonly text: string
  readonly holds: boolean
}

const at = (scores: PlayerScores, indicator: string) => (network: NetworkId) =>
  indicatorValue(scores, indicator, network)
/** Sums of the same sixths may differ in the last bit: no ordering may hang on that. */
const NOISE = 1e-9
const about = (a: number, b: number) => Math.abs(a - b) <= ABOUT + NOISE
const above = (a: number, b: number) => a > b + NOISE
const atLeast = (a: number, b: number) => a >= b - NOISE

/** Lead of P-RAN over the better of the sharer's other choices. */
const margin = (scores: PlayerScores, indicator: string) =>
  indicatorValue(scores, indicator, 'p-ran') -
  Math.max(...SHARER_RIVALS.map(network => indicatorValue(scores, indicator, network)))

const overall = (scores: PlayerScores) => weighted(scores, equalWeights(scores.primaries.length))
const radius = (scores: PlayerScores, network: NetworkId) =>
  radarSize(scores.primaries.map(primary => primary.networks[network] ?? 0)).meanRadius

const user = (id: string, text: string, holds: (scores: PlayerScores) => boolean): PaperOrdering => ({
  id,
  player: 'user',
  text,
  holds,
})
const sharer = (id: string, text: string, holds: (scores: PlayerScores) => boolean): PaperOrdering => ({
  id,
  player: 'sharer',
  text,
  holds,
})

/** U1 to U9 and S1 to S5. M1 belongs to the case (roi), X1 to the growth of the three parties (growth). */
export const PAPER_ORDERINGS: readonly PaperOrdering[] = [
  user('U1', 'convenience: P-RAN ≈ Wi-Fi ≈ hotspot; mobile > P-RAN', scores => {
    const v = at(scores, 'convenience')
    const alike = about(v('p-ran'), v('wifi')) && about(v('p-ran'), v('hotspot')) && about(v('wifi'), v('hotspot'))
    return alike && above(v('mobile'), v('p-ran'))
  }),
  user('U2', 'stability, coverage, positioning, security: P-RAN ≥ hotspot and ≥ Wi-Fi', scores =>
    ['stability', 'coverage', 'positioning', 'security'].every(name => {
      const v = at(scores, `experience/${name}`)
      return atLeast(v('p-ran'), v('hotspot')) && atLeast(v('p-ran'), v('wifi'))
    }),
  ),
  user('U3', 'speed and network experience: mobile > P-RAN', scores =>
    ['experience/speed', 'experience'].every(name => above(at(scores, name)('mobile'), at(scores, name)('p-ran'))),
  ),
  user('U4', 'no SIM card needed: P-RAN > mobile', scores => {
    const v = at(scores, 'experience/no-sim')
    return above(v('p-ran'), v('mobile'))
  }),
  user('U5', 'cost: P-RAN has the advantage', scores => {
    const v = at(scores, 'cost')
    return USER_RIVALS.every(network => above(v('p-ran'), v(network)))
  }),
  user('U6', 'connection: P-RAN ≥ mobile > hotspot and Wi-Fi', scores => {
    const v = at(scores, 'connection')
    return atLeast(v('p-ran'), v('mobile')) && above(v('mobile'), v('hotspot')) && above(v('mobile'), v('wifi'))
  }),
  user('U7', 'special scenarios: P-RAN strictly highest', scores => {
    const v = at(scores, 'special')
    return USER_RIVALS.every(network => above(v('p-ran'), v(network)))
  }),
  user('U8', 'compatibility: Wi-Fi highest; mobile and broadband > P-RAN', scores => {
    const v = at(scores, 'compatibility')
    const wifiFirst = (['p-ran', 'broadband', 'hotspot', 'mobile'] as const).every(network =>
      above(v('wifi'), v(network)),
    )
    return wifiFirst && above(v('mobile'), v('p-ran')) && above(v('broadband'), v('p-ran'))
  }),
  user('U9', 'overall: P-RAN ≈ mobile, by weighted mean and by radar without the order of axes', scores => {
    const v = overall(scores)
    const means = about(v.get('p-ran') ?? Number.NaN, v.get('mobile') ?? Number.NaN)
    return means && about(radius(scores, 'p-ran'), radius(scores, 'mobile'))
  }),
  sharer('S1', 'convenience and compatibility: P-RAN ≈ Wi-Fi ≈ hotspot; experience: P-RAN ≥ both', scores => {
    const alike = ['convenience', 'compatibility'].every(name => {
      const v = at(scores, name)
      return about(v('p-ran'), v('wifi')) && about(v('p-ran'), v('hotspot')) && about(v('wifi'), v('hotspot'))
    })
    return alike && atLeast(margin(scores, 'experience'), 0)
  }),
  sharer('S2', 'security: P-RAN > Wi-Fi and hotspot', scores => above(margin(scores, 'experience/security'), 0)),
  sharer('S3', 'sharing revenue and added value: P-RAN > both, the two largest margins', scores => {
    const margins = scores.primaries.map(({ id }) => ({ id, lead: margin(scores, id) })).sort((a, b) => b.lead - a.lead)
    const largest = new Set(margins.slice(0, 2).map(({ id }) => id))
    const positive = margins.slice(0, 2).every(({ lead }) => above(lead, 0))
    return positive && largest.has('revenue') && largest.has('added') && above(margin(scores, 'revenue/reward'), 0)
  }),
  sharer(
    'S4',
    'wear of the terminal: no advantage for P-RAN',
    scores => !above(margin(scores, 'revenue/terminal-loss'), 0),
  ),
  sharer('S5', 'overall: P-RAN > Wi-Fi and hotspot', scores => {
    const v = overall(scores)
    return SHARER_RIVALS.every(network => above(v.get('p-ran') ?? Number.NaN, v.get(network) ?? Number.NaN))
  }),
]

/** Which of the paper's orderings a comparison shows; only those of its player. */
export function checkOrderings(scores: PlayerScores): OrderingCheck[] {
  return PAPER_ORDERINGS.filter(ordering => ordering.player === scores.player).map(({ id, player, text, holds }) => ({
    id,
    player,
    text,
    holds: holds(scores),
  }))
}
