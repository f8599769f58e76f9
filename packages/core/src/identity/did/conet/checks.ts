import { type Rejection, reject } from '../../../errors/index.js'
import type { Did } from '../../../units/index.js'
import type { DidCode } from '../../codes.js'
import { decodeMultikey, type Multikey } from '../../multikey.js'
import type { DidService, DidState } from './types.js'

type Refusal = Rejection<DidCode> | undefined

/** Every key passes the key rule and none is there twice. */
export function refuseKeys(keys: readonly Multikey[]): Refusal {
  for (const key of keys) {
    const checked = decodeMultikey(key)
    if (!checked.ok) return reject('KEY_REFUSED', { key, why: checked.code })
  }
  return refuseRepeats(keys)
}

export function refuseRepeats(items: readonly string[]): Refusal {
  return new Set(items).size === items.length ? undefined : reject('KEY_REPEATED')
}

export function refuseServices(services: readonly DidService[]): Refusal {
  const ids = new Set(services.map(service => service.id))
  return ids.size === services.length ? undefined : reject('SERVICE_REPEATED')
}

/** The signature was made as the `did:key` of one of the keys being introduced: whoever brings a key has it. */
export function refuseStranger(keys: readonly Multikey[], signer: Did): Refusal {
  return keys.some(key => `did:key:${key}` === signer) ? undefined : reject('NOT_KEY_HOLDER', { signer })
}

/** The DID is alive and the operation was made for its current version. */
export function refuseVersion(current: DidState, version: number): Refusal {
  if (current.deactivated) return reject('DID_DEACTIVATED', { did: current.did })
  if (version === current.version + 1) return undefined
  return reject('VERSION_STALE', { version, expected: current.version + 1 })
}

/** The DID signed for itself, or its controller did. */
export function refuseOutsider(current: DidState, signer: Did): Refusal {
  return signer === current.did || signer === current.controller ? undefined : reject('NOT_CONTROLLER', { signer })
}
