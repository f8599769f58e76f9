import { alignedCredits, formatCredits } from '../format/amount.js'

interface Props {
  readonly micro: bigint | string
  /** Points of several amounts stand below each other: for columns. */
  readonly aligned?: boolean
}

/** An exact amount of credit. */
export function Credits({ micro, aligned = false }: Props) {
  return <span className="whitespace-nowrap">{aligned ? alignedCredits(micro) : formatCredits(micro)}</span>
}
