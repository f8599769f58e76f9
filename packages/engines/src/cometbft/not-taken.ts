import { engineError } from '../codes.js'

/** CometBFT's mempool has no room, or counts as full while it checks anew what a block has left. */
const FULL = /is full|considered as full/

/**
 * Why CometBFT took no transaction, in the words of our codes.
 *
 * @param why - what it says itself
 * @param waiting - transactions that wait here for a block
 * @returns `MEMPOOL_FULL`, else `ENGINE_UNREACHABLE`; `undefined` if it has the transaction already
 */
export function notTaken(why: string, waiting: number): Error | undefined {
  if (/already exists in cache/.test(why)) return undefined
  return FULL.test(why) ? full(waiting) : unreachable(why)
}

export function full(waiting: number): Error {
  const message = `${waiting} transactions are waiting for a block. Try again in a moment.`
  return engineError('MEMPOOL_FULL', message, { waiting })
}

export function unreachable(why: string): Error {
  return engineError('ENGINE_UNREACHABLE', `CometBFT takes no transactions now: ${why} Try again in a moment.`)
}
