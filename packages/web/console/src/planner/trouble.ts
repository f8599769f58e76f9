import { ConetError } from '@conet/core/errors'

/** Something that was refused: code, what happened, and the place if it has one. */
export interface Trouble {
  readonly code: string
  readonly message: string
  readonly path: string
}

/** Any error as trouble; an error of ours keeps its code and place. */
export function problemOf(error: unknown): Trouble {
  if (!(error instanceof ConetError)) {
    return { code: 'UNREADABLE', message: error instanceof Error ? error.message : String(error), path: '' }
  }
  const path = (error.data as Readonly<Record<string, unknown>> | undefined)?.path
  return { code: error.code, message: error.message, path: typeof path === 'string' ? path : '' }
}
