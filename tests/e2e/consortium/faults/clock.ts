import { fileURLToPath } from 'node:url'
import type { FaultRule } from './fault.js'

/** Further than a block's time may lie behind, less than a transaction lives. */
const SKEW_MS = 90_000
const SHIFT = fileURLToPath(new URL('./shifted-clock.mjs', import.meta.url))

/**
 * The node begins anew with a clock that is ahead. The engine's own program reads the machine's clock without a library
 * that could be told otherwise: only what Conet decides by its clock is put to the test.
 */
export const clock: FaultRule = {
  away: false,
  async begin({ member }) {
    await member.end('SIGINT')
    await member.start({ env: { NODE_OPTIONS: `--import=${SHIFT}`, CONET_TEST_CLOCK_AHEAD_MS: String(SKEW_MS) } })
    return async () => {
      await member.end('SIGINT')
      await member.start()
    }
  },
}
