import { useCallback, useEffect, useRef, useState } from 'react'
import type { NodeEvent } from '../api/types.js'
import { count } from '../format/text.js'

/** At most one announcement in this time: rounds change every few seconds in every session. */
const QUIET_MS = 15_000

interface Tally {
  paid: number
  cut: number
  opened: number
  closed: number
}

const nothing = (): Tally => ({ paid: 0, cut: 0, opened: 0, closed: 0 })

function words(tally: Tally): string {
  const parts = [
    tally.opened > 0 ? `${count(tally.opened, 'session')} opened` : '',
    tally.paid > 0 ? `${count(tally.paid, 'round')} paid` : '',
    tally.cut > 0 ? `${count(tally.cut, 'round')} cut` : '',
    tally.closed > 0 ? `${count(tally.closed, 'session')} ended` : '',
  ]
  return parts.filter(part => part !== '').join(', ')
}

/** Sums up what happened for screen readers, in one polite sentence now and then instead of one per round. */
export function useAnnouncements(): readonly [text: string, heard: (events: readonly NodeEvent[]) => void] {
  const tally = useRef(nothing())
  const known = useRef(new Set<string>())
  const [text, setText] = useState('')
  const heard = useCallback((events: readonly NodeEvent[]) => {
    for (const event of events) {
      if (event.type === 'round' && event.data.round.state === 'paid') tally.current.paid += 1
      if (event.type === 'round' && event.data.round.state === 'cut') tally.current.cut += 1
      if (event.type !== 'session') continue
      if (event.data.state === 'closed') tally.current.closed += 1
      else if (!known.current.has(event.data.sid)) tally.current.opened += 1
      known.current.add(event.data.sid)
    }
  }, [])
  useEffect(() => {
    const timer = setInterval(() => {
      const said = words(tally.current)
      tally.current = nothing()
      if (said !== '') setText(said)
    }, QUIET_MS)
    return () => clearInterval(timer)
  }, [])
  return [text, heard]
}
