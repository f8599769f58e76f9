import { useState } from 'react'
import { Field } from '../parts/Field.js'
import { typed } from './draft.js'
import type { FieldSpec } from './fields.js'

interface Props {
  readonly spec: FieldSpec
  readonly value: unknown
  /** What is wrong with it. */
  readonly error: string | undefined
  readonly onChange: (value: number | string) => void
}

const shown = (value: unknown) => (typeof value === 'number' || typeof value === 'string' ? String(value) : '')

/** One field of a scenario. What is typed stays as it was typed; what it means goes to the draft. */
export function InputField({ spec, value, error, onChange }: Props) {
  const [text, setText] = useState(shown(value))
  // Something else changed the draft: its value is what counts.
  const current = typed(text) === value ? text : shown(value)
  return (
    <Field label={spec.label} hint={spec.hint} error={error}>
      {ids =>
        spec.choices === undefined ? (
          <input
            {...ids}
            className="field"
            inputMode="decimal"
            autoComplete="off"
            value={current}
            onChange={event => {
              setText(event.target.value)
              onChange(typed(event.target.value))
            }}
          />
        ) : (
          <select {...ids} className="field" value={shown(value)} onChange={event => onChange(event.target.value)}>
            {spec.choices.map(choice => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
        )
      }
    </Field>
  )
}
