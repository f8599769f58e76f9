import { ConetError } from '@conet/core/errors'
import type { CommandContext } from '../command.js'
import { submit } from './submit.js'

type Body = Readonly<Record<string, unknown>>

/** What each subject takes, in words, and how it becomes a body. */
const SUBJECTS: Readonly<Record<string, { readonly form: string; read(rest: readonly string[]): Body | undefined }>> = {
  admit: { form: 'admit <did>', read: one('member') },
  remove: { form: 'remove <did>', read: one('member') },
  appeal: { form: 'appeal <public key>', read: one('publicKey') },
  validator: {
    form: 'validator <did> <public key> <power>',
    read: rest => {
      const [owner, publicKey, power = ''] = rest
      return rest.length === 3 && /^[0-9]{1,10}$/.test(power) ? { owner, publicKey, power: Number(power) } : undefined
    },
  },
  params: {
    form: 'params <module> <name>=<value> …',
    read: ([module, ...changes]) => {
      const pairs = changes.map(readChange)
      if (module === undefined || pairs.length === 0 || pairs.includes(undefined)) return undefined
      return { module, changes: Object.fromEntries(pairs as [string, unknown][]) }
    },
  },
}

/** `propose <subject> …`: proposes, and votes yes with it. */
export function propose(
  context: CommandContext,
  [subject = '', ...rest]: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const known = Object.hasOwn(SUBJECTS, subject) ? SUBJECTS[subject] : undefined
  const body = known?.read(rest)
  if (body !== undefined) return submit(context, options, 'governance/propose', { subject, ...body })
  const forms = known === undefined ? Object.values(SUBJECTS).map(({ form }) => form) : [known.form]
  throw new ConetError('USAGE', `propose takes: ${forms.join('; ')}`)
}

function one(name: string) {
  return (rest: readonly string[]) => (rest.length === 1 ? { [name]: rest[0] } : undefined)
}

/** `graceMs=7200000`, `suspends=true`, `penalty=member`: numbers and truth values as such, the rest as text. */
function readChange(text: string): [string, unknown] | undefined {
  const at = text.indexOf('=')
  if (at < 1) return undefined
  const value = text.slice(at + 1)
  if (/^-?[0-9]{1,15}$/.test(value)) return [text.slice(0, at), Number(value)]
  return [text.slice(0, at), value === 'true' || value === 'false' ? value === 'true' : value]
}
