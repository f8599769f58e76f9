import type { Estimate } from '../statistics/index.js'

export interface Label {
  readonly label: string
  readonly unit: '%' | 'Mbit/s' | 'nJ/bit' | 'credits' | ''
  readonly note: string
}

const row = (label: string, unit: Label['unit'], note: string): Label => ({ label, unit, note })

/** Metrics that both worlds have, in the order of reports. */
export const COMPARED: Readonly<Record<string, Label>> = {
  coverage: row('Coverage', '%', 'terminals that could have service'),
  delivered: row('Delivered', '%', 'of the bytes that users wanted'),
  givenUp: row('Given up', '%', 'of the bytes, after waiting too long'),
  noService: row('Users without a rate', '%', 'user-steps with nothing at all'),
  rateMean: row('Mean rate', 'Mbit/s', 'of a user while it wants something'),
  fairness: row('Fairness', '', 'Jain’s index over users’ mean rates'),
  energyNjPerBit: row('Energy per bit', 'nJ/bit', 'both ends of every hop, base station included'),
}

/** Metrics that only P-RAN has. */
export const PRAN_ONLY: Readonly<Record<string, Label>> = {
  offload: row('Offload', '%', 'of the delivered bytes over sharers'),
  'relay.meanHops': row('Hops', '', 'mean of relayed bytes'),
  'sharers.activeMean': row('Sharers that relay', '', 'mean over time'),
  'sharers.owners': row('Owners', '', 'who would share if it pays'),
  'sharers.paid': row('Sharers paid', '', 'who earned anything'),
  'income.mean': row('Income', 'credits', 'mean of a paid sharer, whole run'),
  'income.median': row('Median income', 'credits', 'of a paid sharer'),
  'income.fairness': row('Fairness of income', '', 'Jain’s index over paid sharers'),
  'money.fees': row('Fees', 'credits', 'promised by users and settled'),
  'money.poolPaid': row('Paid from the pool', 'credits', 'rewards'),
  'money.poolLeft': row('Left in the pool', 'credits', 'at the end'),
  'relay.sessions': row('Relayed sessions', '', 'played by the real machines'),
  'relay.paidRounds': row('Paid rounds', '', 'each with statement and voucher'),
  'relay.failed': row('Sessions cut', '', 'ended otherwise than by the user'),
  'relay.changes': row('Relay changes', '', 'while a user was being served'),
}

/** A figure as people read it: percent with one place, else three significant digits. */
export function shown(value: number, unit: Label['unit']): string {
  if (unit === '%') return (value * 100).toFixed(1)
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 100) return value.toFixed(0)
  return size >= 0.001 ? String(Number(value.toPrecision(3))) : value.toExponential(1)
}

/** Mean with its interval, `3.1 (2.9 to 3.3)`. */
export function shownEstimate({ mean, low, high }: Estimate, unit: Label['unit']): string {
  const interval = low === null || high === null ? '' : ` (${shown(low, unit)} to ${shown(high, unit)})`
  return `${shown(mean, unit)}${interval}`
}
