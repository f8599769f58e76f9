export { committedBlock, decodeBlock, encodeBlock, evidenceOf, plainResult, plainTx } from './codec.js'
export { encodeDecodedBlock } from './encode.js'
export { type BlockFeed, blockFeed } from './feed.js'
