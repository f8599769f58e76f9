export { createMover, type Mover, type Swarm } from './motion.js'
