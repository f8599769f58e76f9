import { Type } from '@sinclair/typebox'
import { DidDocument, ResolutionAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { ErrorAnswer } from '../forms.js'

/** Media type of a whole resolution result (W3C DID Resolution, HTTP binding). */
const RESULT = 'application/did-resolution'
/** The older name of the same, which the universal resolver still uses. */
const OLD_RESULT = 'profile="https://w3id.org/did-resolution"'
/** Forms of the document alone; the answer names the one that was asked for. */
const DOCUMENTS = ['application/did+ld+json', 'application/did+json', 'application/did']

const STATUS: Readonly<Record<string, number>> = {
  invalidDid: 400,
  invalidDidUrl: 400,
  notFound: 404,
  unsupportedDidMethod: 501,
  representationNotSupported: 406,
}

/** A refusal by the resolver is a result too. */
const Refusal = {
  content: { [RESULT]: { schema: ResolutionAnswer }, 'application/ld+json': { schema: ResolutionAnswer } },
}
const documents = DOCUMENTS.map(name => [name, { schema: DidDocument }])
const Answer = { content: { ...Refusal.content, ...Object.fromEntries(documents) } }
/** One by the API itself has the common form. */
const AnyRefusal = { content: { ...Refusal.content, 'application/json': { schema: ErrorAnswer } } }

function statusOf(error: unknown, deactivated: boolean): number {
  if (typeof error === 'string') return STATUS[error] ?? 500
  return deactivated ? 410 : 200
}

/** GET /1.0/identifiers/:did: answers like the universal resolver. Any text is taken: a wrong DID has its own answer. */
export const getIdentifier = endpoint({
  method: 'GET',
  path: '/1.0/identifiers/:did',
  summary: 'Resolves a DID; 404 unknown, 410 deactivated; Accept chooses the document or the whole result',
  expensive: true,
  params: Type.Object({ did: Type.String({ minLength: 1, maxLength: 1024 }) }),
  answer: Answer,
  refusals: { 400: AnyRefusal, 404: Refusal, 406: Refusal, 410: Refusal, 500: AnyRefusal, 501: Refusal },
  handle: async ({ resolve }, { params, request, reply }) => {
    const query = request.url.split('?')[1] ?? ''
    const [did = '', inner] = params.did.split('?')
    const result = await resolve(did, inner ?? query)
    const deactivated = result.didDocumentMetadata.deactivated === true
    const status = statusOf(result.didResolutionMetadata.error, deactivated)
    const accept = request.headers.accept ?? ''
    reply.status(status)
    const form = DOCUMENTS.find(name => accept.split(',').some(part => part.split(';')[0]?.trim() === name))
    // A document alone cannot say why there is none.
    const whole = status !== 200 || form === undefined || accept.includes(RESULT) || accept.includes(OLD_RESULT)
    if (!whole) {
      reply.header('content-type', form)
      return Buffer.from(JSON.stringify(result.didDocument))
    }
    reply.header('content-type', accept.includes(OLD_RESULT) ? `application/ld+json;${OLD_RESULT}` : RESULT)
    // As bytes: to a text the server would add a charset that these types do not have.
    return Buffer.from(JSON.stringify({ '@context': 'https://w3id.org/did-resolution/v1', ...result }))
  },
})
