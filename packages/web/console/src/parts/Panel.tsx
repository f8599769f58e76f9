import { type ReactNode, useId } from 'react'

interface Props {
  readonly title: string
  readonly note?: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}

/** A titled region of the page. */
export function Panel({ title, note, aside, children }: Props) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-lg border border-line bg-surface">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-b px-4 py-3 md:px-5">
        <div className="min-w-0">
          <h2 id={id} className="font-semibold text-base">
            {title}
          </h2>
          {note !== undefined && <p className="text-muted text-sm">{note}</p>}
        </div>
        {aside}
      </div>
      {children}
    </section>
  )
}
