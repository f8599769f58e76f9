export { type Element, type ElementState, type ElementVerb, elementKey } from './elements.js'
export { NeighbourLine } from './neighbour.js'
export { NetlinkError } from './socket.js'
export { type ElementChange, NftablesLine } from './tables.js'
