import { createContext, useContext } from 'react'
import { type Activity, createActivity } from '../api/activity.js'
import { type Api, createApi } from '../api/client.js'

export interface Connection {
  readonly api: Api
  readonly activity: Activity
  /** Forgets the token and asks for it again. */
  readonly signOut: () => void
}

/** What a signed-in page talks through. */
export function connect(token: string, signOut: () => void): Connection {
  return { api: createApi(token), activity: createActivity(), signOut }
}

export const ConnectionContext = createContext<Connection | undefined>(undefined)

/** @throws Error outside of a signed-in page: a fault of ours */
export function useConnection(): Connection {
  const connection = useContext(ConnectionContext)
  if (connection === undefined) throw new Error('No connection: this part belongs inside ConnectionContext')
  return connection
}
