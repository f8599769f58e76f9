import type { RoundView, SessionView } from '../api/types.js'
import { currentRound, roundBar, STATE_WORDS, stripWords } from '../format/round.js'

const percent = (value: number) => `${(value * 100).toFixed(1)}%`

/** Fill of the part behind now: hatched while it is not paid, whole once it is, crossed when it was cut. */
const FILL: Readonly<Record<RoundView['state'], string>> = {
  trial: 'hatched',
  due: 'hatched',
  paid: 'bg-accent',
  cut: 'hatched-bad',
}

/** The current period: trial, then rest, with the moment now and a mark for each early statement. */
export function RoundBar({ session, now }: { readonly session: SessionView; readonly now: number }) {
  const bar = roundBar(session, now)
  const round = currentRound(session, now)
  if (bar === undefined || round === undefined) return null
  return (
    <div
      role="img"
      aria-label={`Round ${round.round}: ${STATE_WORDS[bar.state]}`}
      data-round={round.round}
      data-state={bar.state}
      className="figure relative h-3 overflow-hidden rounded-sm bg-raised"
    >
      <div className={`absolute inset-y-0 left-0 ${FILL[bar.state]}`} style={{ width: percent(bar.nowShare) }} />
      <div className="absolute inset-y-0 w-0.5 bg-surface" style={{ left: percent(bar.trialShare) }} />
      <div className="absolute inset-y-0 w-px bg-ink" style={{ left: percent(bar.trialShare) }} />
      {bar.early.map(at => (
        <div key={at} className="absolute top-0 h-1.5 w-1 bg-surface" style={{ left: percent(at) }} />
      ))}
    </div>
  )
}

const CELL: Readonly<Record<RoundView['state'], string>> = {
  trial: 'border border-accent',
  due: 'border border-warn',
  paid: 'bg-accent',
  cut: 'hatched-bad border border-bad',
}

/** The last rounds side by side, newest right; early ones are half as high. */
export function RoundStrip({ rounds }: { readonly rounds: readonly RoundView[] }) {
  const words = stripWords(rounds)
  return (
    <span role="img" aria-label={words} title={words} className="figure inline-flex h-3 items-end gap-0.5">
      {rounds.map(round => (
        <span
          key={round.round}
          className={`w-1.5 rounded-[1px] ${round.kind === 'volume' ? 'h-1.5' : 'h-3'} ${CELL[round.state]}`}
        />
      ))}
    </span>
  )
}
