import type { DIDResolutionResult } from 'did-resolver'

/** Media type of every document that is returned. */
export const DID_JSON = 'application/did+ld+json'

/** A result without a document. */
export function failed(
  error: 'invalidDid' | 'notFound' | 'unsupportedDidMethod',
  message: string,
): DIDResolutionResult {
  return { didResolutionMetadata: { error, message }, didDocument: null, didDocumentMetadata: {} }
}
