export { NOTHING_MEASURED, type Observation, observe, type Quality } from './quality.js'
export { metresBetween, type RankContext, type RankedOffer, type Reason, rankOffers } from './rank.js'
