import { ConetError } from '@conet/core/errors'
import type { CliCommand } from '../command.js'
import { credits, humanBytes } from '../output.js'
import { refusedCursor, refusedToken } from '../refusals.js'
import { openAdminApi } from '../wallet.js'

interface SessionRow {
  readonly sid: string
  readonly role: string
  readonly state: string
  readonly peer: string
  readonly reason: string | null
  readonly bytesUp: string
  readonly bytesDown: string
  readonly roundsPaid: number
  readonly owed: string
  readonly paid: string
  readonly settled: string
}

export const sessions: CliCommand = {
  name: 'sessions',
  summary: "list the own node's sessions: what was used, promised and settled",
  examples: ['conet sessions', 'conet sessions --state closed --json'],
  configure: command => {
    command
      .option('--state <state>', 'live or closed; default both')
      .option('--cursor <text>', 'next page, as the page before printed it')
  },
  run: async (context, _args, options) => {
    const { state, cursor } = options
    if (state !== undefined && state !== 'live' && state !== 'closed')
      throw new ConetError('USAGE', `"${String(state)}" is no state: choose live or closed`)
    const query = new URLSearchParams(
      Object.entries({ state, cursor }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as [string, string]],
      ),
    )
    const page = await openAdminApi(context)
      .get<{ items: SessionRow[]; next: string | null }>(`/v1/sessions?${query}`)
      .catch((error: unknown) => {
        throw refusedToken(refusedCursor(error, cursor), context)
      })
    context.out.result(page, () => {
      if (page.items.length === 0) return 'no sessions yet'
      const head = ['session', 'as', 'state', 'peer', 'rounds', 'bytes', 'owed', 'paid', 'settled']
      const table = context.out.table(head, page.items.map(row))
      return page.next === null ? table : `${table}\nmore: --cursor ${page.next}`
    })
    return 0
  },
}

function row(one: SessionRow): string[] {
  return [
    one.sid.slice(0, 8),
    one.role,
    one.reason ?? one.state,
    `${one.peer.slice(0, 20)}…`,
    String(one.roundsPaid),
    humanBytes(BigInt(one.bytesUp) + BigInt(one.bytesDown)),
    credits(one.owed),
    credits(one.paid),
    credits(one.settled),
  ]
}
