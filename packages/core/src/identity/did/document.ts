import type { DIDDocument } from 'did-resolver'
import type { Did } from '../../units/index.js'
import type { Multikey } from '../multikey.js'

const CONTEXT = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1']

/**
 * A document in which every key may do everything a signature can: the fragment of a method is its key.
 *
 * @param did - subject and controller of its methods
 * @param keys - in the order they were given
 */
export function keyDocument(did: Did, keys: readonly Multikey[]): DIDDocument {
  const methods = keys.map(key => ({
    id: `${did}#${key}`,
    type: 'Multikey',
    controller: did,
    publicKeyMultibase: key,
  }))
  const ids = () => methods.map(method => method.id)
  return {
    '@context': [...CONTEXT],
    id: did,
    verificationMethod: methods,
    authentication: ids(),
    assertionMethod: ids(),
    capabilityInvocation: ids(),
    capabilityDelegation: ids(),
  }
}
