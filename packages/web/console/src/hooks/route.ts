import { useSyncExternalStore } from 'react'

export const VIEWS = ['overview', 'sessions', 'offers', 'wallet', 'ledger'] as const
export type View = (typeof VIEWS)[number]

export const VIEW_NAMES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  sessions: 'Sessions',
  offers: 'Offers',
  wallet: 'Wallet',
  ledger: 'Ledger',
}

function current(): View {
  const name = location.hash.replace(/^#\/?/, '')
  return VIEWS.find(view => view === name) ?? 'overview'
}

function subscribe(notify: () => void): () => void {
  addEventListener('hashchange', notify)
  return () => removeEventListener('hashchange', notify)
}

/** The view named by the address (`#/wallet`); an unknown one is the overview. */
export function useView(): View {
  return useSyncExternalStore(subscribe, current)
}
