import type { ReactNode } from 'react'

/** One figure with its name; belongs inside a `dl`. */
export function Stat({
  name,
  children,
  note,
}: {
  readonly name: string
  readonly children: ReactNode
  readonly note?: string
}) {
  return (
    <div className="min-w-0 px-4 py-3 md:px-5">
      <dt className="text-muted text-sm">{name}</dt>
      <dd className="mt-0.5 font-semibold text-xl">{children}</dd>
      {note !== undefined && <dd className="text-muted text-sm">{note}</dd>}
    </div>
  )
}
