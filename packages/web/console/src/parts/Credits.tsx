import { columnPad, formatCredits } from '../format/amount.js'

interface Props {
  readonly micro: bigint | string
  readonly sign?: string
  /** Points of several amounts stand below each other: for columns of wide screens. */
  readonly aligned?: boolean
}

/** An exact amount of credit. */
export function Credits({ micro, sign = '', aligned = false }: Props) {
  const text = formatCredits(micro)
  return (
    <span className="wrap-anywhere md:whitespace-nowrap">
      {sign}
      {text}
      {aligned && (
        <span aria-hidden="true" className="hidden md:inline">
          {columnPad(text)}
        </span>
      )}
    </span>
  )
}
