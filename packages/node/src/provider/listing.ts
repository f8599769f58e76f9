import { ConetError } from '@conet/core/errors'
import type { SessionId } from '@conet/core/rounds'
import type { SessionPage, SessionQuery, SessionView } from './contract.js'
import type { Records } from './records/index.js'
import type { LiveSession } from './session.js'

const MAX_PAGE = 100
const DEFAULT_PAGE = 50
/** Cursor into the open sessions: `l/<order of opening>`. */
const LIVE = 'l/'
/** The other is the key of a closed record; with one state only, only its own was given out. */
const CURSORS = { live: /^l\/\d{1,15}$/, closed: /^c\/\d{15}\/[0-9a-f]{32}$/ }

/**
 * One page of sessions, newest first: open ones, then closed ones, or one of the two.
 *
 * @throws ConetError `CURSOR_INVALID`
 */
export function listSessions(
  query: SessionQuery,
  live: ReadonlyMap<SessionId, LiveSession>,
  records: Records,
  view: (session: LiveSession) => SessionView,
): SessionPage {
  const limit = Math.min(MAX_PAGE, Math.max(1, Math.trunc(query.limit ?? DEFAULT_PAGE)))
  const { cursor, state } = query
  if (cursor !== undefined) checkCursor(cursor, state)
  const inClosed = cursor !== undefined && !cursor.startsWith(LIVE)
  const open = state === 'closed' || inClosed ? [] : livePage(live, cursor, limit + 1)
  if (open.length > limit || state === 'live') {
    const items = open.slice(0, limit)
    const last = items.at(-1)
    return { items: items.map(view), next: open.length > limit ? `${LIVE}${last?.start.seq}` : undefined }
  }
  if (open.length === limit) return { items: open.map(view), next: `${LIVE}${open.at(-1)?.start.seq}` }
  const closed = records.closedPage(inClosed ? cursor : undefined, limit - open.length)
  return { items: [...open.map(view), ...closed.items], next: closed.next }
}

function checkCursor(cursor: string, state: SessionQuery['state']): void {
  const forms = state === undefined ? Object.values(CURSORS) : [CURSORS[state]]
  if (forms.some(form => form.test(cursor))) return
  throw new ConetError('CURSOR_INVALID', 'this list gave out no such cursor; begin again without one')
}

function livePage(live: ReadonlyMap<SessionId, LiveSession>, cursor: string | undefined, most: number): LiveSession[] {
  const before = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor.slice(LIVE.length))
  const page: LiveSession[] = []
  // A map keeps the order of insertion, which is the order of opening.
  for (const session of [...live.values()].reverse()) {
    if (session.start.seq < before) page.push(session)
    if (page.length === most) break
  }
  return page
}
