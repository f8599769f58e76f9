import { type Wallet, walletFromSeed } from '@conet/client/wallet'
import { useState } from 'react'
import { api, ports } from '../pay/api.js'
import { keptKeys } from '../wallet/keep.js'
import { keyFromText, keyToText } from '../wallet/key-text.js'
import { openVault, sealSeed } from '../wallet/vault.js'

/** The wallet of this page; every action answers with what went wrong, in words, or nothing. */
export interface WalletBox {
  readonly state: 'none' | 'locked' | 'open'
  readonly wallet: Wallet | undefined
  /** Whether the key outlives this tab. */
  readonly kept: boolean
  /** @param passphrase - empty: the key lives as long as this tab */
  create(passphrase: string): Promise<string | undefined>
  importText(text: string, passphrase: string): Promise<string | undefined>
  unlock(passphrase: string): Promise<string | undefined>
  lock(): void
  /** Deletes what this browser keeps of the wallet. */
  forget(): void
  exportText(): string
}

interface Opened {
  readonly seed: Uint8Array
  readonly wallet: Wallet
}

const KEY_WORDS = {
  KEY_MALFORMED: 'This is no key: it begins with “conet-key-” and is 58 characters long.',
  KEY_MISTYPED: 'There is a typing error in this key: check every character.',
} as const

const NOT_KEPT = 'This browser keeps nothing (private window, or storage is off): leave the passphrase empty.'

const opened = (seed: Uint8Array): Opened => ({ seed, wallet: walletFromSeed(seed, ports, () => api.clockOffsetMs) })

function openedBefore(): Opened | undefined {
  const seed = keptKeys.open()
  return seed && opened(seed)
}

export function useWallet(): WalletBox {
  const [open, setOpen] = useState(openedBefore)
  const [kept, setKept] = useState(() => keptKeys.vault() !== undefined)
  const take = async (seed: Uint8Array, passphrase: string) => {
    if (passphrase !== '') {
      const vault = await sealSeed(seed, passphrase)
      if (!keptKeys.keepVault(vault)) return NOT_KEPT
    }
    setKept(passphrase !== '')
    keptKeys.keepOpen(seed)
    setOpen(opened(seed))
    return undefined
  }
  const shut = () => {
    keptKeys.keepOpen(undefined)
    setOpen(undefined)
  }
  return {
    state: open !== undefined ? 'open' : kept ? 'locked' : 'none',
    wallet: open?.wallet,
    kept,
    create: passphrase => take(ports.random(32), passphrase),
    importText: async (text, passphrase) => {
      const seed = keyFromText(text)
      return seed.ok ? take(seed.value, passphrase) : KEY_WORDS[seed.code]
    },
    unlock: async passphrase => {
      const vault = keptKeys.vault()
      if (vault === undefined) return 'The wallet kept here is damaged: import its key.'
      const seed = await openVault(vault, passphrase)
      if (!seed.ok) return 'This is not the passphrase of the wallet in this browser.'
      keptKeys.keepOpen(seed.value)
      setOpen(opened(seed.value))
      return undefined
    },
    lock: shut,
    forget: () => {
      keptKeys.keepVault(undefined)
      setKept(false)
      shut()
    },
    exportText: () => (open === undefined ? '' : keyToText(open.seed)),
  }
}
