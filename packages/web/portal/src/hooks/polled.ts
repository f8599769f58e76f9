import { useCallback, useEffect, useState } from 'react'
import { type Problem, problemFrom } from '../pay/view.js'

/** What was read last, and what went wrong with the newest try. */
export interface Polled<T> {
  readonly data: T | undefined
  readonly problem: Problem | undefined
  again(): void
}

/** Reads now and every so often, while the page can be seen. `read` must be stable. */
export function usePolled<T>(read: () => Promise<T>, everyMs: number): Polled<T> {
  const [data, setData] = useState<T>()
  const [problem, setProblem] = useState<Problem>()
  const again = useCallback(() => {
    read().then(
      value => {
        setData(value)
        setProblem(undefined)
      },
      error => setProblem(problemFrom(error)),
    )
  }, [read])
  useEffect(() => {
    setData(undefined)
    again()
    const timer = setInterval(() => document.hidden || again(), everyMs)
    return () => clearInterval(timer)
  }, [again, everyMs])
  return { data, problem, again }
}
