import type { Offer } from '@conet/client/api'
import { AMOUNT_HELP, formatCredits, parseCredits } from '@conet/console/format/amount'
import { Field } from '@conet/console/parts/Field'
import { Panel } from '@conet/console/parts/Panel'
import { type FormEvent, useEffect, useState } from 'react'
import { Alert } from '../parts/Alert.js'
import type { Limits } from '../pay/budget.js'
import { usualLimits } from '../pay/usual.js'
import type { PayView } from '../pay/view.js'

interface Props {
  readonly offer: Offer | undefined
  /** What is still missing before the start, in words. */
  readonly missing: string | undefined
  readonly view: PayView
  readonly onStart: (limits: Limits) => void
  readonly onRetry: (() => void) | undefined
}

const typed = (micro: bigint) => formatCredits(micro).replaceAll(',', '')

function Amount(props: {
  readonly label: string
  readonly hint: string
  readonly text: string
  readonly set: (text: string) => void
}) {
  const { label, hint, text, set } = props
  const parsed = parseCredits(text)
  const error = 'problem' in parsed ? AMOUNT_HELP[parsed.problem] : undefined
  return (
    <Field label={label} hint={hint} error={error}>
      {ids => (
        <input
          {...ids}
          className="field"
          inputMode="decimal"
          autoComplete="off"
          value={text}
          onChange={event => set(event.target.value)}
        />
      )}
    </Field>
  )
}

/** The user's limits and the button that gets the device online. */
export function StartPanel({ offer, missing, view, onStart, onRetry }: Props) {
  const [hour, setHour] = useState('')
  const [round, setRound] = useState('')
  const { id, terms } = offer ?? {}
  useEffect(() => {
    if (id === undefined || terms === undefined) return
    const usual = usualLimits({ terms })
    setHour(typed(usual.perHour))
    setRound(typed(usual.perRound))
  }, [id, terms])
  const [perHour, perRound] = [parseCredits(hour), parseCredits(round)]
  const limits =
    'micro' in perHour && 'micro' in perRound ? { perHour: perHour.micro, perRound: perRound.micro } : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (limits !== undefined && missing === undefined) onStart(limits)
  }
  const asking = view.phase === 'asking'
  return (
    <Panel title="Get online">
      <form className="space-y-4 px-4 py-4 md:px-5" onSubmit={submit} noValidate>
        {view.problem !== undefined && <Alert problem={view.problem} retry={onRetry} />}
        <div className="grid items-start gap-3 sm:grid-cols-2">
          <Amount label="At most per hour" hint="Then the page stops by itself." text={hour} set={setHour} />
          <Amount label="At most per round" hint="A dearer round is not paid." text={round} set={setRound} />
        </div>
        <p className="text-muted text-sm">
          The bytes of a whole device are counted by the gateway; this page pays them only within these limits.
        </p>
        <button
          type="submit"
          className="button button-main w-full"
          disabled={missing !== undefined || limits === undefined || asking}
        >
          {asking ? 'Asking the gateway…' : 'Start'}
        </button>
        {missing !== undefined && <p className="text-center text-muted text-sm">{missing}</p>}
      </form>
    </Panel>
  )
}
