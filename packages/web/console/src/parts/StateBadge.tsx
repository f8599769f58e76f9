import type { RoundState } from '../api/types.js'
import { STATE_WORDS } from '../format/round.js'

/** Each state has its own sign and word; colour only repeats them. */
const SIGNS: Readonly<Record<RoundState, { readonly path: string; readonly tone: string }>> = {
  trial: { path: 'M8 2a6 6 0 1 0 6 6H8z', tone: 'text-accent' },
  due: { path: 'M7 3h2v6H7zM7 11h2v2H7z', tone: 'text-warn' },
  paid: { path: 'M6.4 12.6 2.2 8.4l1.5-1.5 2.7 2.7 5.9-5.9 1.5 1.5z', tone: 'text-accent' },
  cut: { path: 'm4 2.6 4 4 4-4L13.4 4l-4 4 4 4-1.4 1.4-4-4-4 4L2.6 12l4-4-4-4z', tone: 'text-bad' },
}

export function StateBadge({ state }: { readonly state: RoundState }) {
  const sign = SIGNS[state]
  return (
    <span className={`inline-flex items-center gap-1 font-semibold ${sign.tone}`}>
      <svg viewBox="0 0 16 16" className="size-4" fill="currentColor" aria-hidden="true">
        <path d={sign.path} />
      </svg>
      {STATE_WORDS[state]}
    </span>
  )
}
