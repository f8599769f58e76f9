import { getResolver, type ReadHistory, resolveDidKey, versionQuery } from '@conet/core/identity'
import type { Engine } from '@conet/engines'
import type { Resolution } from '../api/index.js'

const failed = (error: string): Resolution => ({
  didDocument: null,
  didDocumentMetadata: {},
  didResolutionMetadata: { error },
})

/** Resolves both methods; did:conet from the local replica of the ledger. */
export function ledgerResolver(engine: Engine): (did: string, query: string) => Promise<Resolution> {
  const history: ReadHistory = did => engine.query('identity/history', { did }) as Awaited<ReturnType<ReadHistory>>
  const { conet } = getResolver(history)
  return async (did, query) => {
    if (did.startsWith('did:key:')) return asResolution(resolveDidKey(did))
    if (!/^did:[a-z0-9]+:./.test(did)) return failed('invalidDid')
    if (!did.startsWith('did:conet:')) return failed('unsupportedDidMethod')
    const parsed = { did, didUrl: did, method: 'conet', id: did.slice('did:conet:'.length), query }
    return asResolution(
      await conet(did, parsed, { resolve: async () => failed('notFound') as never }, versionQuery(query)),
    )
  }
}

function asResolution(result: {
  didDocument: object | null
  didResolutionMetadata: object
  didDocumentMetadata: object
}): Resolution {
  return result as Resolution
}
