import type { DidState } from '../../../identity/index.js'
import type { Did } from '../../../units/index.js'
import { jsonCodec, textCodec } from '../../codec.js'
import { collection, type Store } from '../../store.js'

const didCodec = jsonCodec<DidState>()

/** The current version of every DID, by DID. */
export const current = collection('identity/did/', didCodec)

/** Every version of every DID, by DID and number. */
export const versions = collection('identity/version/', didCodec)

const LEDGER = 'identity/ledger'
/** Version numbers reach 1,000,000: seven digits keep the order of keys the order of versions. */
const VERSION_DIGITS = 7

/** Keeps a version and makes it the current one. */
export function putVersion(store: Store, state: DidState): void {
  current.put(store, state.did, state)
  versions.put(store, `${state.did}/${String(state.version).padStart(VERSION_DIGITS, '0')}`, state)
}

/** All versions in order; empty if the DID is unknown. */
export function historyOf(store: Store, did: Did): readonly DidState[] {
  return Array.from(versions.list(store, `${did}/`), ([, state]) => state)
}

/** Id of this ledger: part of the names of the DIDs that are made here. */
export function ledgerId(store: Store): string {
  return store.get(LEDGER, textCodec) ?? ''
}

export function setLedgerId(store: Store, lid: string): void {
  store.set(LEDGER, lid, textCodec)
}
