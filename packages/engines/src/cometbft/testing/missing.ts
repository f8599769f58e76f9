import { findCometbft } from '../process/index.js'

/** Why tests with the real program cannot run; `undefined` if they can. */
export async function missingCometbft(): Promise<string | undefined> {
  try {
    await findCometbft()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
