export {
  type IndicatorModel,
  indicatorKeys,
  NETWORKS,
  type NetworkId,
  PLAYERS,
  type PlayerId,
  type PlayerModel,
  type Primary,
  type Secondary,
} from './model.js'
export { REFERENCE_MODEL } from './reference.js'
