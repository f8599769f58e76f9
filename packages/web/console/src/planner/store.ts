import { useSyncExternalStore } from 'react'

/** A value that outlives the page that shows it, so that going to another page loses nothing. */
export interface Store<T> {
  get(): T
  set(value: T): void
  subscribe(notify: () => void): () => void
}

export function createStore<T>(first: T): Store<T> {
  const listeners = new Set<() => void>()
  let value = first
  return {
    get: () => value,
    set: next => {
      value = next
      for (const notify of listeners) notify()
    },
    subscribe: notify => {
      listeners.add(notify)
      return () => listeners.delete(notify)
    },
  }
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get)
}
