import { ConetError } from '@conet/core/errors'

/** What one look at the machine gave. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  /** What was found, and what to do if it is not good. */
  readonly detail: string
}

export const good = (name: string, detail: string): Check => ({ name, ok: true, detail })
export const bad = (name: string, detail: string): Check => ({ name, ok: false, detail })

/** Runs one look; what it throws is what is wrong. */
export async function look(name: string, work: () => Promise<string> | string): Promise<Check> {
  try {
    return good(name, await work())
  } catch (error) {
    return bad(name, error instanceof ConetError || error instanceof Error ? error.message : String(error))
  }
}
