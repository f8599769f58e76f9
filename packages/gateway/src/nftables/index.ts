export { NFTABLES_CODES, type NftablesCode } from './codes.js'
export {
  COUNT_EVERY_MS,
  createNftablesGateway,
  type NftablesGateway,
  type NftablesOptions,
  type Notice,
} from './gateway.js'
export { LARGEST_PACKET, LONGEST_LEASE_MS } from './protocol.js'
export { PASSED_MARK, type RulesetSpec } from './ruleset.js'
