export { chainIdOf, genesisHash } from './chain-id.js'
export { LIGHT_CODES, type LightCode } from './codes.js'
export { headerHash, voteSignBytes } from './header.js'
export { hashOf, LightClient, type LightClientOptions } from './light-client.js'
export { merkleRoot } from './merkle.js'
export { parseLightBlock } from './parse.js'
export {
  accountRecord,
  checkedRecord,
  nodeHeaders,
  offerRecord,
  type Proven,
  type ProvenBalance,
  provenRecord,
  readBalance,
  readOffer,
  recordOfOneNode,
} from './proven.js'
export type * from './types.js'
export { addressOf, validatorSet, validatorsHash } from './validators.js'
export { milliseconds, verifyFirst, verifyNext } from './verify.js'
