import { useState } from 'react'

export interface Pages {
  /** Cursor of the page shown; `undefined` is the first. */
  readonly cursor: string | undefined
  /** 1 is the first page. */
  readonly number: number
  next(cursor: string): void
  previous(): void
  first(): void
}

/** Keyset paging: the node only knows the next page, the way back is remembered here. */
export function usePages(): Pages {
  const [cursors, setCursors] = useState<readonly string[]>([])
  return {
    cursor: cursors.at(-1),
    number: cursors.length + 1,
    next: cursor => setCursors([...cursors, cursor]),
    previous: () => setCursors(cursors.slice(0, -1)),
    first: () => setCursors([]),
  }
}
