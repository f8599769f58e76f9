import { formatCredits } from '../format/amount.js'

interface Props {
  readonly micro: bigint | string
  /** Shown after the number; left out where the column already says it. */
  readonly asset?: string
}

/** An exact amount of credit. */
export function Credits({ micro, asset }: Props) {
  return (
    <span className="whitespace-nowrap">
      {formatCredits(micro)}
      {asset !== undefined && <span className="text-muted"> {asset}</span>}
    </span>
  )
}
