import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type Api, ApiError } from '../api/client.js'
import { applyEvent, readEvent } from '../api/live.js'
import { sseReader } from '../api/sse.js'
import type { BlockEvent, NodeEvent, NodeView, Page, SessionView } from '../api/types.js'
import { type Connection, useConnection } from './api.js'

export type StreamStatus = 'connecting' | 'live' | 'retrying'

/** Events are applied together this often: a busy node sends thousands a second, a page can show a few. */
const FLUSH_MS = 200
/** Lists that an event made stale are asked for again this often at most. */
const REFRESH_MS = 2_000
/** The node sends a comment every 15 s; three missed ones mean that the line is dead. */
const SILENCE_MS = 45_000
const RETRY_MS = { first: 500, last: 10_000 }

/** Reads the stream until it ends, fails, or is silent for too long. */
async function readStream(api: Api, signal: AbortSignal, opened: () => void, heard: (event: NodeEvent) => void) {
  const silent = new AbortController()
  let timer = setTimeout(() => silent.abort(), SILENCE_MS)
  try {
    const body = await api.events(AbortSignal.any([signal, silent.signal]))
    opened()
    const decoder = new TextDecoder()
    const push = sseReader(message => {
      const event = readEvent(message.event, message.data)
      if (event !== undefined) heard(event)
    })
    const reader = body.getReader()
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      clearTimeout(timer)
      timer = setTimeout(() => silent.abort(), SILENCE_MS)
      push(decoder.decode(step.value, { stream: true }))
    }
  } finally {
    clearTimeout(timer)
  }
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Keeps the stream open until `signal` aborts; waits longer after each failure, with jitter so that pages do not return together. */
async function keepOpen(connection: Connection, signal: AbortSignal, on: StreamHandlers): Promise<void> {
  let wait = RETRY_MS.first
  while (!signal.aborted) {
    const opened = () => {
      wait = RETRY_MS.first
      on.status('live')
    }
    await readStream(connection.api, signal, opened, on.event).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) connection.signOut()
    })
    if (signal.aborted) return
    on.status('retrying')
    await pause(wait * (0.75 + Math.random() / 2))
    wait = Math.min(wait * 2, RETRY_MS.last)
  }
}

interface StreamHandlers {
  status(status: StreamStatus): void
  event(event: NodeEvent): void
}

function putBlock(client: QueryClient, block: BlockEvent): void {
  client.setQueryData<NodeView>(['node'], node =>
    node === undefined || node.height >= block.height
      ? node
      : { ...node, height: block.height, appHash: block.appHash },
  )
}

/** Which lists an event makes stale; they are asked for again, not patched. */
function staleLists(event: NodeEvent): readonly string[] {
  if (event.type === 'session') return event.data.state === 'closed' ? ['closed'] : []
  if (event.type === 'offers') return ['offers']
  return event.type === 'balance' ? ['wallet', 'history'] : []
}

/** Applies a batch to the cached answers. */
function applyBatch(client: QueryClient, events: readonly NodeEvent[]): void {
  client.setQueryData<Page<SessionView>>(['live'], page => {
    if (page === undefined) return page
    const items = events.reduce(applyEvent, page.items)
    return items === page.items ? page : { ...page, items }
  })
  for (const event of events) if (event.type === 'block') putBlock(client, event.data)
}

function refresh(client: QueryClient, stale: Set<string>): void {
  for (const key of stale) void client.invalidateQueries({ queryKey: [key] })
  stale.clear()
}

/** Opens the event stream for as long as the page is signed in; `heard` sees every batch (for announcements). */
export function useEvents(heard: (events: readonly NodeEvent[]) => void): StreamStatus {
  const connection = useConnection()
  const client = useQueryClient()
  const [status, setStatus] = useState<StreamStatus>('connecting')
  useEffect(() => {
    const stop = new AbortController()
    let batch: NodeEvent[] = []
    const stale = new Set<string>()
    const refreshing = setInterval(() => refresh(client, stale), REFRESH_MS)
    const flush = setInterval(() => {
      if (batch.length === 0) return
      const events = batch
      batch = []
      applyBatch(client, events)
      heard(events)
    }, FLUSH_MS)
    const event = (next: NodeEvent) => {
      connection.activity.apply(next)
      batch.push(next)
      for (const key of staleLists(next)) stale.add(key)
    }
    const change = (next: StreamStatus) => {
      setStatus(next)
      // What happened while the line was down is read again as a whole.
      if (next === 'live') void client.invalidateQueries()
    }
    void keepOpen(connection, stop.signal, { status: change, event })
    return () => {
      stop.abort()
      clearInterval(flush)
      clearInterval(refreshing)
    }
  }, [connection, client, heard])
  return status
}
