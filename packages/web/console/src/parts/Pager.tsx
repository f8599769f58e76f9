import type { Pages } from '../hooks/pages.js'

interface Props {
  readonly pages: Pages
  readonly next: string | null
  /** What is paged, e.g. `offers`. */
  readonly of: string
}

/** Back and forth through a list; nothing is shown when all of it fits on one page. */
export function Pager({ pages, next, of }: Props) {
  if (pages.number === 1 && next === null) return null
  return (
    <nav
      aria-label={`Pages of ${of}`}
      className="flex flex-wrap items-center justify-between gap-3 border-line border-t px-4 py-3 md:px-5"
    >
      <button type="button" className="button" disabled={pages.number === 1} onClick={pages.previous}>
        Previous
      </button>
      <p className="text-muted text-sm">Page {pages.number}</p>
      <button
        type="button"
        className="button"
        disabled={next === null}
        onClick={() => next !== null && pages.next(next)}
      >
        Next
      </button>
    </nav>
  )
}
