export { decodeBlock, encodeBlock, plainResult, plainTx } from './codec.js'
export { type BlockFeed, blockFeed } from './feed.js'
