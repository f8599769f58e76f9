import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ApiError } from '../api/client.js'
import { adviceFor } from '../format/codes.js'

/** Text in place of content: nothing there yet, and what brings something there. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="px-4 py-8 text-center md:px-5">
      <p className="font-medium">{title}</p>
      {children !== undefined && <p className="mx-auto mt-1 max-w-prose text-muted">{children}</p>}
    </div>
  )
}

/** An error with its code and what to do. */
export function Problem({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const code = error instanceof ApiError ? error.code : 'FAULT'
  const message = error instanceof Error ? error.message : ''
  const advice = adviceFor(code, message)
  return (
    <div role="alert" className="m-4 rounded-md border border-bad bg-bad-soft px-4 py-3">
      <p className="font-medium">{advice}</p>
      <p className="mt-1 text-muted text-sm">
        Code <code className="font-mono">{code}</code>
        {message !== '' && message !== advice && `: ${message}`}
      </p>
      {retry !== undefined && (
        <button type="button" className="button mt-3" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>
  readonly children: (data: T) => ReactNode
}

/** Loading, error and content of one answer; what was read last stays visible while the node does not answer. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <Problem error={query.error} retry={() => void query.refetch()} />}
        {children(query.data)}
      </>
    )
  }
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} />
  return (
    <p className="px-4 py-8 text-center text-muted md:px-5" aria-busy="true">
      Reading from the node…
    </p>
  )
}
