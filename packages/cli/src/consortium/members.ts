import type { CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import { openApi } from '../wallet.js'

/** `GET /v1/members`. */
export interface MembersView {
  readonly items: readonly { readonly did: string; readonly sinceMs: number; readonly power: number }[]
  readonly validators: readonly { readonly owner: string; readonly publicKey: string; readonly power: number }[]
  readonly applications: readonly { readonly did: string; readonly note: string }[]
  readonly penalties: readonly {
    readonly publicKey: string
    readonly owner: string
    readonly state: string
    readonly endMs: number
  }[]
  readonly rules: Readonly<Record<string, string | number | boolean>>
}

/** `members`: who belongs to the consortium, who orders, and what is pending. */
export async function members(context: CommandContext): Promise<number> {
  const { out } = context
  const view = await openApi(context).get<MembersView>('/v1/members')
  out.result(view, () => text(view, out.table))
  return EXIT.ok
}

function text(
  { items, validators, applications, penalties }: MembersView,
  table: CommandContext['out']['table'],
): string {
  if (items.length === 0) return 'this ledger has no consortium: one owner founded it alone'
  const keysOf = (did: string) =>
    validators.filter(({ owner }) => owner === did).map(({ publicKey }) => publicKey.slice(0, 8))
  const rows = items.map(({ did, sinceMs, power }) => [did, day(sinceMs), String(power), keysOf(did).join(' ')])
  return [
    table(['member', 'since', 'power', 'validators'], rows),
    ...applications.map(({ did, note }) => `applies: ${did} ${note}`),
    ...penalties.map(
      ({ publicKey, owner, state, endMs }) => `${state}: ${publicKey} of ${owner}, notice until ${day(endMs)}`,
    ),
  ].join('\n')
}

/** UTC, to the minute. */
export function day(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`
}
