export { connectWithin } from './dial.js'
export { type Flow, type Listen, LocalProxy, type OpenFlow } from './local.js'
export { FlowMeter } from './meter.js'
export { openTunnel, TargetRefused } from './tunnel.js'
