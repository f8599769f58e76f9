import type { DIDResolutionResult, DIDResolver, ParsedDID } from 'did-resolver'
import type { Did } from '../../units/index.js'
import { type DidState, parseConetDid, resolveHistory, type VersionQuery } from './conet/index.js'
import { resolveDidKey } from './key/index.js'
import { failed } from './resolution.js'

/** Reads all versions of a did:conet in order; empty if it is unknown. From a ledger replica, or from a node by HTTP. */
export type ReadHistory = (did: Did) => readonly DidState[] | Promise<readonly DidState[]>

/**
 * Resolvers of both methods in the form that `new Resolver(getResolver(…))` of did-resolver takes.
 *
 * @param readHistory - where did:conet documents come from
 */
export function getResolver(readHistory: ReadHistory): { readonly key: DIDResolver; readonly conet: DIDResolver } {
  return {
    key: async did => resolveDidKey(did),
    conet: async (did, parsed) => resolveConet(did, parsed, readHistory),
  }
}

async function resolveConet(did: Did, parsed: ParsedDID, readHistory: ReadHistory): Promise<DIDResolutionResult> {
  if (parseConetDid(did) === undefined) return failed('invalidDid', 'DID_MALFORMED')
  return resolveHistory(await readHistory(did), versionQuery(parsed.query))
}

/** Reads `versionId` and `versionTime` from the query of a DID URL (W3C DID Core 3.2.1); other parameters are ignored. */
export function versionQuery(query: string | undefined): VersionQuery {
  const found: { versionId?: string; versionTime?: string } = {}
  for (const part of (query ?? '').split('&')) {
    const [name, value = ''] = part.split('=')
    if (name === 'versionId') found.versionId = value
    if (name === 'versionTime') found.versionTime = value.replaceAll(/%3[aA]/g, ':')
  }
  return found
}
