import { ConetError } from '@conet/core/errors'
import type { CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import { openApi } from '../wallet.js'
import { day } from './members.js'

interface ProposalView {
  readonly id: number
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
  readonly by: string
  readonly rule: string
  readonly endMs: number
  readonly status: string
  readonly tally: { readonly yes: string; readonly no: string; readonly abstain: string; readonly all: string }
  readonly votes?: readonly { readonly by: string; readonly choice: string }[]
}

/** `proposals [id]`: the list, or one with its votes. */
export async function proposals(context: CommandContext, [id]: readonly string[]): Promise<number> {
  const { out } = context
  const api = openApi(context)
  if (id !== undefined) {
    const one = await api.get<ProposalView>(`/v1/proposals/${readId(id)}`)
    const votes = one.votes ?? []
    out.result(one, () => [line(one), ...votes.map(({ by, choice }) => `  ${choice.padEnd(8)} ${by}`)].join('\n'))
    return EXIT.ok
  }
  const page = await api.get<{ items: readonly ProposalView[]; next: number | null }>('/v1/proposals')
  out.result(page, () => (page.items.length === 0 ? 'nothing was proposed yet' : page.items.map(line).join('\n')))
  return EXIT.ok
}

/** Reads a proposal's number. @throws ConetError `USAGE` */
export function readId(text: string | undefined): number {
  if (text !== undefined && /^[1-9][0-9]{0,11}$/.test(text)) return Number(text)
  throw new ConetError('USAGE', `"${text ?? ''}" is no number of a proposal: see "conet consortium proposals"`)
}

function line({ id, subject, body, status, tally, endMs }: ProposalView): string {
  const what = Object.values(body).map(value => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
  const end = status === 'open' ? `, votes until ${day(endMs)}` : ''
  return `${id}  ${status.padEnd(9)} ${subject} ${what.join(' ')}\n   yes ${tally.yes}, no ${tally.no}, abstain ${tally.abstain} of ${tally.all}${end}`
}
