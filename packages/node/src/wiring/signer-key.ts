import { type DidState, decodeDidKeyUrl, signerMultikey } from '@conet/core/identity'
import type { DidUrl } from '@conet/core/units'
import type { Engine } from '@conet/engines'

/** Which key must have signed: a did:key says it itself, a did:conet must hold it on the ledger now (IDN-30). */
export function ledgerSignerKey(engine: Engine): (kid: DidUrl) => Uint8Array | undefined {
  return kid => {
    if (kid.startsWith('did:key:')) {
      const key = decodeDidKeyUrl(kid)
      return key.ok ? key.value : undefined
    }
    const [did = '', fragment = ''] = kid.split('#')
    const state = engine.query('identity/current', { did }) as DidState | undefined
    if (state === undefined || state.deactivated || !state.keys.includes(fragment)) return undefined
    const key = signerMultikey(fragment)
    return key.ok ? key.value : undefined
  }
}
