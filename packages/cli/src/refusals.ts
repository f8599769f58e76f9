import { ConetError } from '@conet/core/errors'
import type { CommandContext } from './command.js'

/** The node speaks to programs, of headers; people are told which token was tried. Other errors pass unchanged. */
export function refusedToken(error: unknown, { env, home, node }: CommandContext): unknown {
  if (!(error instanceof ConetError) || error.code !== 'ADMIN_TOKEN') return error
  const tried = env.CONET_ADMIN_TOKEN ? 'CONET_ADMIN_TOKEN' : `the token in ${home}`
  return new ConetError(
    error.code,
    `${node} does not take ${tried}: it is of another node or mistyped. The right one lies in admin.token in that node's data folder`,
    { data: error.data, cause: error },
  )
}

/** The node answers with the code alone. Other errors pass unchanged. */
export function refusedCursor(error: unknown, cursor: unknown): unknown {
  if (!(error instanceof ConetError) || error.code !== 'CURSOR_INVALID') return error
  const text = `"${String(cursor)}" is no page of this list: give --cursor as the page before printed it, or leave it out to begin anew`
  return new ConetError(error.code, text, { data: error.data, cause: error })
}
