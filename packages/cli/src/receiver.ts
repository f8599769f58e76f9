import type { NodeApi } from '@conet/client'
import { ConetError } from '@conet/core/errors'
import { decodeDidKey } from '@conet/core/identity'

/**
 * Makes sure that somebody can use what is sent to a DID: money for a mistyped one would be gone.
 *
 * @throws ConetError `DID_MALFORMED` if it is no DID of ours, `DID_UNKNOWN` if the ledger has no such identity
 */
export async function checkDid(did: string, api: NodeApi): Promise<void> {
  if (did.startsWith('did:key:')) {
    if (decodeDidKey(did).ok) return
    throw malformed(did, 'its key is not complete or mistyped')
  }
  if (!did.startsWith('did:conet:')) throw malformed(did, 'it must start with did:key: or did:conet:')
  try {
    await api.did(did)
  } catch (cause) {
    if (!(cause instanceof ConetError) || cause.verdict === 'retry') throw cause
    throw new ConetError('DID_UNKNOWN', `the ledger has no identity ${did}: check it for typing errors`, { cause })
  }
}

function malformed(did: string, why: string): ConetError {
  return new ConetError('DID_MALFORMED', `"${did}" is no DID of ours: ${why}`)
}
