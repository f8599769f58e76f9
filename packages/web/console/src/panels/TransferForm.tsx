import { type FormEvent, useRef, useState } from 'react'
import type { BalanceView, TransferRequest } from '../api/types.js'
import { AMOUNT_HELP, formatCredits, parseCredits } from '../format/amount.js'
import { looksLikeDid } from '../format/text.js'
import { Field } from '../parts/Field.js'

interface Props {
  readonly balances: readonly BalanceView[]
  readonly onAsk: (request: TransferRequest) => void
}

interface Problems {
  readonly to?: string
  readonly amount?: string
}

interface Checked {
  readonly problems: Problems
  readonly request: TransferRequest | undefined
}

function amountProblem(text: string, balance: BalanceView | undefined): string | undefined {
  const parsed = parseCredits(text)
  if ('problem' in parsed) return AMOUNT_HELP[parsed.problem]
  if (balance !== undefined && parsed.micro > BigInt(balance.balance))
    return `Only ${formatCredits(balance.balance)} is free.`
  return undefined
}

function check(to: string, text: string, balance: BalanceView | undefined): Checked {
  const wrongTo = looksLikeDid(to.trim()) ? undefined : 'Enter a DID, for example did:key:z6Mk…'
  const wrongAmount = balance === undefined ? 'There is nothing to send yet.' : amountProblem(text, balance)
  const problems = {
    ...(wrongTo === undefined ? {} : { to: wrongTo }),
    ...(wrongAmount === undefined ? {} : { amount: wrongAmount }),
  }
  const parsed = parseCredits(text)
  if (wrongTo !== undefined || wrongAmount !== undefined || balance === undefined || !('micro' in parsed))
    return { problems, request: undefined }
  return { problems, request: { to: to.trim(), asset: balance.asset, amount: String(parsed.micro) } }
}

/** Receiver, asset, amount; checked when sent, then the first wrong field has the focus. */
export function TransferForm({ balances, onAsk }: Props) {
  const [to, setTo] = useState('')
  const [amount, setAmount] = useState('')
  const [asset, setAsset] = useState(balances[0]?.asset ?? '')
  const [problems, setProblems] = useState<Problems>({})
  const form = useRef<HTMLFormElement>(null)
  const balance = balances.find(entry => entry.asset === asset) ?? balances[0]
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const checked = check(to, amount, balance)
    setProblems(checked.problems)
    if (checked.request !== undefined) return onAsk(checked.request)
    const wrong = checked.problems.to === undefined ? 'amount' : 'to'
    form.current?.querySelector<HTMLInputElement>(`[name=${wrong}]`)?.focus()
  }
  return (
    <form ref={form} className="space-y-3 px-4 py-4 md:px-5" onSubmit={submit} noValidate>
      <Field label="To" hint="DID of the account that receives" error={problems.to}>
        {ids => (
          <input
            {...ids}
            name="to"
            className="field font-mono text-sm"
            autoComplete="off"
            spellCheck={false}
            value={to}
            onChange={event => setTo(event.target.value)}
          />
        )}
      </Field>
      <div className="grid grid-cols-[2fr_1fr] items-start gap-3">
        <Field
          label="Amount"
          hint={balance === undefined ? 'No credit yet' : `${formatCredits(balance.balance)} free`}
          error={problems.amount}
        >
          {ids => (
            <input
              {...ids}
              name="amount"
              className="field"
              inputMode="decimal"
              autoComplete="off"
              value={amount}
              onChange={event => setAmount(event.target.value)}
            />
          )}
        </Field>
        <Field label="Asset">
          {ids => (
            <select {...ids} className="field" value={balance?.asset ?? ''} onChange={e => setAsset(e.target.value)}>
              {balances.map(entry => (
                <option key={entry.asset}>{entry.asset}</option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <button type="submit" className="button button-main">
        Review transfer
      </button>
    </form>
  )
}
