import { useSyncExternalStore } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'conet.theme'
const listeners = new Set<() => void>()
const dark = matchMedia('(prefers-color-scheme: dark)')

function chosen(): Theme {
  const theme = document.documentElement.dataset.theme
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

function subscribe(notify: () => void): () => void {
  listeners.add(notify)
  dark.addEventListener('change', notify)
  return () => {
    listeners.delete(notify)
    dark.removeEventListener('change', notify)
  }
}

/** Chooses a theme for this browser; `system` follows the preference of the system. */
export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // Storage may be switched off: the choice then lasts until the page is left.
  }
  for (const notify of listeners) notify()
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, chosen)
}

/** Whether the page is dark now, by choice or by preference. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, () => (chosen() === 'system' ? dark.matches : chosen() === 'dark'))
}
