/** One page of a list; `next` is given back to get the following one, `null` on the last. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** Column that each order of offers follows in the table of cells. */
export const SORT_COLUMN = { price: 'price', distance: 'price', trust: 'trust_rank' } as const
