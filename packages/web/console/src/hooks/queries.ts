import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Query } from '../api/client.js'
import { LIVE_LIMIT } from '../api/live.js'
import { readToday } from '../api/today.js'
import type { CommittedBlock, HistoryEntry, NodeView, OfferView, Page, SessionView, WalletView } from '../api/types.js'
import { useConnection } from './api.js'
import { setNodeTime } from './now.js'

/** Events keep these fresh; the slow refetch only covers a stream that is down. */
const SLOW_MS = 30_000
export const PAGE_SIZE = 20

export function useNode() {
  const { api } = useConnection()
  return useQuery({
    queryKey: ['node'],
    refetchInterval: SLOW_MS,
    queryFn: async ({ signal }) => {
      const sent = Date.now()
      const node = await api.get<NodeView>('/v1/node', {}, signal)
      setNodeTime(node.time, sent, Date.now())
      return node
    },
  })
}

export function useLiveSessions() {
  const { api, activity } = useConnection()
  return useQuery({
    queryKey: ['live'],
    refetchInterval: SLOW_MS,
    queryFn: async ({ signal }) => {
      const page = await api.get<Page<SessionView>>('/v1/sessions', { state: 'live', limit: LIVE_LIMIT }, signal)
      activity.seed(page.items)
      return page
    },
  })
}

export function usePastSessions(cursor: string | undefined) {
  const { api } = useConnection()
  return useQuery({
    queryKey: ['closed', cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.get<Page<SessionView>>('/v1/sessions', { state: 'closed', cursor, limit: PAGE_SIZE }, signal),
  })
}

export function useOffers(filters: Query, cursor: string | undefined) {
  const { api } = useConnection()
  return useQuery({
    queryKey: ['offers', filters, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Page<OfferView>>('/v1/offers', { ...filters, cursor, limit: PAGE_SIZE }, signal),
  })
}

export function useWallet() {
  const { api } = useConnection()
  return useQuery({
    queryKey: ['wallet'],
    refetchInterval: SLOW_MS,
    queryFn: ({ signal }) => api.get<WalletView>('/v1/wallet', {}, signal),
  })
}

/** Sums of the day; read again with the slow refetch only, because it may read a thousand entries. */
export function useToday() {
  const { api } = useConnection()
  return useQuery({
    queryKey: ['today'],
    refetchInterval: SLOW_MS,
    queryFn: ({ signal }) => readToday(api, Date.now(), signal),
  })
}

export function useHistory(did: string | undefined, cursor: string | undefined) {
  const { api } = useConnection()
  return useQuery({
    queryKey: ['history', did, cursor],
    enabled: did !== undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.get<Page<HistoryEntry>>(
        `/v1/accounts/${encodeURIComponent(did ?? '')}/history`,
        { cursor, limit: PAGE_SIZE },
        signal,
      ),
  })
}

/** The `PAGE_SIZE` blocks that end at `top`, newest first. */
export function useBlocks(top: number | undefined) {
  const { api } = useConnection()
  return useQuery({
    queryKey: ['blocks', top],
    enabled: top !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const from = Math.max(1, (top ?? 1) - PAGE_SIZE + 1)
      const limit = Math.max(1, (top ?? 1) - from + 1)
      const page = await api.get<{ items: readonly CommittedBlock[] }>('/v1/ledger/blocks', { from, limit }, signal)
      return [...page.items].sort((a, b) => b.height - a.height)
    },
  })
}
