/**
 * The heap of CometBFT is a few tens of megabytes and full of short-lived messages: with Go's own setting it is collected
 * many times a second. Four times as much garbage costs memory that a validator has.
 */
const GOGC = '400'

/** Environment that the engine's process runs in: the node's own, with settings of Go's runtime that nobody has chosen. */
export function engineEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { GOGC, ...env }
}
