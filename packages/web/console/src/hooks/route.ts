import { useSyncExternalStore } from 'react'

export const VIEWS = ['overview', 'sessions', 'offers', 'wallet', 'ledger', 'planner'] as const
export type View = (typeof VIEWS)[number]

export const VIEW_NAMES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  sessions: 'Sessions',
  offers: 'Offers',
  wallet: 'Wallet',
  ledger: 'Ledger',
  planner: 'Planner',
}

/** Parts of the address behind `#/`: the view, then a page of it. */
const parts = () => location.hash.replace(/^#\/?/, '').split('/')

function current(): View {
  const [name] = parts()
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

/** The page inside a view (`#/planner/run` → `run`); empty for the first one. */
export function useSubpage(): string {
  return useSyncExternalStore(subscribe, () => parts()[1] ?? '')
}
