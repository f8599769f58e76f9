import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { ApiError } from './api/client.js'
import { ConnectionContext, connect } from './hooks/api.js'
import { readToken, saveToken } from './hooks/token.js'
import { SignIn } from './panels/SignIn.js'
import { Shell } from './Shell.js'

/** A refusal stays a refusal: only a missing answer or a fault of the node is worth asking again. */
function worthRetrying(failures: number, error: unknown): boolean {
  return failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500)
}

const newClient = () => new QueryClient({ defaultOptions: { queries: { retry: worthRetrying, staleTime: 2_000 } } })

export function App() {
  const [token, setToken] = useState(readToken)
  const [refused, setRefused] = useState(false)
  const signOut = useCallback(() => {
    saveToken(undefined)
    setRefused(true)
    setToken(undefined)
  }, [])
  const signIn = useCallback((next: string) => {
    saveToken(next)
    setRefused(false)
    setToken(next)
  }, [])
  const connection = useMemo(() => (token === undefined ? undefined : connect(token, signOut)), [token, signOut])
  // A new sign-in starts with an empty cache: nothing of the last one is shown.
  const client = useMemo(() => (connection === undefined ? undefined : newClient()), [connection])
  if (connection === undefined || client === undefined) return <SignIn refused={refused} onToken={signIn} />
  return (
    <QueryClientProvider client={client}>
      <ConnectionContext value={connection}>
        <Shell />
      </ConnectionContext>
    </QueryClientProvider>
  )
}
