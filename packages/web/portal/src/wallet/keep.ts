import { keyFromText, keyToText } from './key-text.js'
import { type Vault, vaultFrom } from './vault.js'

/** The wallet of this browser, sealed. */
const VAULT = 'conet.portal.vault'
/** The open key of this tab: it survives loading the page again, and is gone with the tab. */
const OPEN = 'conet.portal.open'

/** Storage may be switched off: then a wallet lasts until the page is left. */
export function readText(storage: () => Storage, name: string): string | null {
  try {
    return storage().getItem(name)
  } catch {
    return null
  }
}

/** @returns whether it was kept */
export function keepText(storage: () => Storage, name: string, text: string | undefined): boolean {
  try {
    if (text === undefined) storage().removeItem(name)
    else storage().setItem(name, text)
    return true
  } catch {
    return false
  }
}

const local = () => localStorage
const tab = () => sessionStorage

/** Where keys of this page are. */
export const keptKeys = {
  vault: (): Vault | undefined => vaultFrom(readText(local, VAULT)),
  keepVault: (vault: Vault | undefined): boolean => keepText(local, VAULT, vault && JSON.stringify(vault)),
  open: (): Uint8Array | undefined => {
    const seed = keyFromText(readText(tab, OPEN) ?? '')
    return seed.ok ? seed.value : undefined
  },
  keepOpen: (seed: Uint8Array | undefined): boolean => keepText(tab, OPEN, seed && keyToText(seed)),
}
