export { blockPieces, committedBlock, decodeBlock, encodeBlock, evidenceOf, plainResult, plainTx } from './codec.js'
export { type BlockFeed, blockFeed } from './feed.js'
