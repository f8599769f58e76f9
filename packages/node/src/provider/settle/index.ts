export { DEFAULT_SETTLE_POLICY, isDue, type SettlePolicy } from './policy.js'
export { type Settlement, Settler, type SettlerPorts, type Submit } from './settler.js'
