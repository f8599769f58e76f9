export { type CometbftEngine, openCometbft } from './cometbft.js'
export type { CometbftEvent, CometbftOptions } from './options.js'
export {
  COMETBFT_VERSION,
  type CometbftBinary,
  type CometbftKeys,
  chainGenesis,
  cometbftKeys,
  findCometbft,
  freePort,
  launch,
  type StateSyncSettings,
  writeHome,
} from './process/index.js'
export { Rpc } from './rpc.js'
