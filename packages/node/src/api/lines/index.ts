export { MAX_FRAME_BYTES } from './frames.js'
export { acceptUpgrade, checkUpgrade } from './handshake.js'
export { type Line, OpenLines } from './line.js'
