import { type Rejection, type Result, reject } from '../../../errors/index.js'
import { decodeDidKeyUrl, signerMultikey } from '../../../identity/index.js'
import type { DidUrl, UnixMillis } from '../../../units/index.js'
import type { Kind } from '../../../wire/index.js'
import type { Store } from '../../store.js'
import { isRetired } from './retired.js'
import { current } from './state.js'

/**
 * The key a signature by `kid` must verify with at this point of the ledger (IDN-30): a `did:key` says it itself, a
 * `did:conet` must be known, alive and hold the key now. A voucher may be older than the last rotation (IDN-33).
 */
export function signerKey(
  store: Store,
  kid: DidUrl,
  kind: Kind,
  timeMs: UnixMillis,
): Result<Uint8Array, 'SIGNER_UNKNOWN' | 'SIGNER_REVOKED'> {
  if (kid.startsWith('did:key:')) return orUnknown(decodeDidKeyUrl(kid), kid)
  const hash = kid.indexOf('#')
  const state = hash === -1 ? undefined : current.get(store, kid.slice(0, hash))
  if (state === undefined) return reject('SIGNER_UNKNOWN', { kid })
  const key = kid.slice(hash + 1)
  const inGrace = kind === 'conet-voucher+jwt' && isRetired(store, state.did, key, timeMs)
  if (!state.keys.includes(key) && !inGrace) return reject('SIGNER_REVOKED', { kid })
  return orUnknown(signerMultikey(key), kid)
}

function orUnknown(key: Result<Uint8Array>, kid: DidUrl): Result<Uint8Array, never> | Rejection<'SIGNER_UNKNOWN'> {
  return key.ok ? key : reject('SIGNER_UNKNOWN', { kid, why: key.code })
}
