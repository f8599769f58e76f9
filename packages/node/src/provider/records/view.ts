import type { SessionView } from '../contract.js'

/** Members of a view that are integers beyond 2^53 or money: text in JSON. */
const BIG = ['bytesUp', 'bytesDown', 'owed', 'promised', 'settled'] as const

/** Writes a view as JSON; integers as decimal text. */
export function encodeView(view: SessionView): string {
  return JSON.stringify(view, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
}

/**
 * Reads what `encodeView` wrote. The store is our own file, so the form is not checked again.
 *
 * @throws SyntaxError if the text is not of `encodeView`
 */
export function decodeView(text: string): SessionView {
  const raw = JSON.parse(text) as Record<string, unknown>
  for (const name of BIG) raw[name] = BigInt(String(raw[name]))
  return { closedAt: undefined, reason: undefined, ...raw } as unknown as SessionView
}
