import { getResolver, type ReadHistory, resolveDidKey, versionQuery } from '@conet/core/identity'
import type { Engine } from '@conet/engines'
import type { Resolution } from '../api/index.js'

type History = Awaited<ReturnType<ReadHistory>>

const failed = (error: string): Resolution => ({
  didDocument: null,
  didDocumentMetadata: {},
  didResolutionMetadata: { error },
})

/** Resolves both methods; did:conet from the local replica of the ledger. */
export function ledgerResolver(engine: Engine): (did: string, query: string) => Promise<Resolution> {
  const { conet: anyVersion } = getResolver(did => engine.query('identity/history', { did }) as History)
  // A history may have thousands of versions: only who asks for an old one has it read.
  const { conet: newest } = getResolver(did => {
    const state = engine.query('identity/current', { did }) as History[number] | undefined
    return state === undefined ? [] : [state]
  })
  return async (did, query) => {
    if (did.startsWith('did:key:')) return asResolution(resolveDidKey(did))
    if (!/^did:[a-z0-9]+:./.test(did)) return failed('invalidDid')
    if (!did.startsWith('did:conet:')) return failed('unsupportedDidMethod')
    const parsed = { did, didUrl: did, method: 'conet', id: did.slice('did:conet:'.length), query }
    const version = versionQuery(query)
    const read = Object.keys(version).length === 0 ? newest : anyVersion
    return asResolution(await read(did, parsed, { resolve: async () => failed('notFound') as never }, version))
  }
}

function asResolution(result: {
  didDocument: object | null
  didResolutionMetadata: object
  didDocumentMetadata: object
}): Resolution {
  return result as Resolution
}
