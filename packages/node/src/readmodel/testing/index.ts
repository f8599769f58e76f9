export { block, type OfferSample, offer, offerEvent } from './blocks.js'
export { findPostgres, startPostgres, type TemporaryPostgres } from './postgres.js'
