/** Two names that one method orders one way and another the other way. */
export interface Reversal {
  readonly first: string
  readonly second: string
}

/** Values closer than this are a tie: the noise of adding in another order. */
const TIE = 1e-9

/** Names from best to worst; equal values by name, so that the order never depends on the input's. */
export function ranking(values: ReadonlyMap<string, number>): string[] {
  return [...values.keys()].sort((a, b) => {
    const gap = place(values.get(b)) - place(values.get(a))
    if (gap !== 0) return gap
    return a < b ? -1 : 1
  })
}

/** Pairs ordered strictly one way in `before` and strictly the other way in `after`; `first` was ahead before. */
export function rankReversals(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Reversal[] {
  const names = ranking(before).filter(name => after.has(name))
  return names.flatMap((first, index) =>
    names
      .slice(index + 1)
      .filter(second => lead(before, first, second) > TIE && lead(after, first, second) < -TIE)
      .map(second => ({ first, second })),
  )
}

/** Whole multiples of a tie, so that the order is a true one: a ≈ b and b ≈ c would not make a ≈ c. */
const place = (value = 0) => Math.round(value / TIE)

const lead = (values: ReadonlyMap<string, number>, first: string, second: string) =>
  (values.get(first) ?? 0) - (values.get(second) ?? 0)
