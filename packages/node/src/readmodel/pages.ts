/** One page of a list; `next` is given back to get the following one, `null` on the last. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** Longest page of every list. */
export const MAX_PAGE = 100
/** Page length when nothing is said. */
export const DEFAULT_PAGE = 20

/** Column that each order of offers follows in the table of cells. */
export const SORT_COLUMN = { price: 'price', distance: 'price', trust: 'trust_rank' } as const
