const KEY = 'conet.token'

/**
 * The admin token for this tab: from `#token=…` (which is removed from the address bar, so that it is neither copied nor
 * kept in the history) or from an earlier sign-in of the same tab.
 */
export function readToken(): string | undefined {
  const match = /[#&]token=([^&]+)/.exec(location.hash)
  if (match?.[1] !== undefined) {
    saveToken(decodeURIComponent(match[1]))
    history.replaceState(null, '', `${location.pathname}${location.search}`)
  }
  try {
    return sessionStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}

/** Remembers the token until the tab is closed; `undefined` forgets it. */
export function saveToken(token: string | undefined): void {
  try {
    if (token === undefined) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, token)
  } catch {
    // Storage may be switched off: the token then lasts until the page is left.
  }
}
