export { type CometbftEngine, openCometbft } from './cometbft.js'
export type { CometbftEvent, CometbftOptions } from './options.js'
export {
  COMETBFT_VERSION,
  type CometbftBinary,
  type CometbftKeys,
  cometbftKeys,
  findCometbft,
  freePort,
} from './process/index.js'
