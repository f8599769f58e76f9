import { type ReactNode, useId } from 'react'

export interface FieldIds {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean
}

interface Props {
  readonly label: string
  readonly hint?: string
  readonly error?: string | undefined
  readonly children: (ids: FieldIds) => ReactNode
}

/** A labelled input with its hint, or what is wrong with it. */
export function Field({ label, hint, error, children }: Props) {
  const id = useId()
  const note = error ?? hint
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': note === undefined ? undefined : `${id}-note`,
        'aria-invalid': error !== undefined,
      })}
      {note !== undefined && (
        <p id={`${id}-note`} className={`mt-1 text-sm ${error === undefined ? 'text-muted' : 'font-medium text-bad'}`}>
          {note}
        </p>
      )}
    </div>
  )
}
