import type { DIDDocument, DIDDocumentMetadata, DIDResolutionResult } from 'did-resolver'
import type { UnixMillis } from '../../../units/index.js'
import { keyDocument } from '../document.js'
import { DID_JSON, failed } from '../resolution.js'
import type { DidState } from './types.js'

/** Which version is asked for; neither: the current one. */
export interface VersionQuery {
  /** Decimal version number. */
  readonly versionId?: string
  /** `YYYY-MM-DDThh:mm:ssZ` (W3C DID Core 7.1.1: UTC, whole seconds). */
  readonly versionTime?: string
}

const UTC_SECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/
const VERSION = /^[1-9][0-9]{0,8}$/

/**
 * Answers a resolution from a DID's history (IDN-27).
 *
 * @param history - all versions in order; empty if the DID is unknown
 * @returns the W3C resolution result: errors `notFound`, `invalidDid` (malformed version query) in the metadata
 */
export function resolveHistory(history: readonly DidState[], query: VersionQuery = {}): DIDResolutionResult {
  const malformed = malformedQuery(query)
  if (malformed !== undefined) return failed('invalidDid', malformed)
  const index = pick(history, query)
  const state = history[index]
  if (state === undefined) return failed('notFound', 'DID_UNKNOWN')
  return {
    didResolutionMetadata: { contentType: DID_JSON },
    didDocument: conetDocument(state),
    didDocumentMetadata: metadata(history, state, history[index + 1]),
  }
}

/** W3C DID document of one version; of a deactivated DID only the id is left. */
export function conetDocument(state: DidState): DIDDocument {
  if (state.deactivated) return { '@context': ['https://www.w3.org/ns/did/v1'], id: state.did }
  const service = state.services.map(({ id, type, serviceEndpoint }) => ({
    id: `${state.did}#${id}`,
    type,
    serviceEndpoint,
  }))
  return {
    ...keyDocument(state.did, state.keys),
    ...(state.controller === undefined ? {} : { controller: state.controller }),
    ...(service.length === 0 ? {} : { service }),
  }
}

function pick(history: readonly DidState[], { versionId, versionTime }: VersionQuery): number {
  if (versionId !== undefined) return history.findIndex(state => state.version === Number(versionId))
  if (versionTime === undefined) return history.length - 1
  const asked = Date.parse(versionTime)
  return history.findLastIndex(state => wholeSeconds(state.updatedMs) <= asked)
}

function metadata(history: readonly DidState[], state: DidState, next: DidState | undefined): DIDDocumentMetadata {
  return {
    created: isoSeconds(state.createdMs),
    updated: isoSeconds(state.updatedMs),
    versionId: String(state.version),
    deactivated: history.at(-1)?.deactivated === true,
    ...(next === undefined ? {} : { nextUpdate: isoSeconds(next.updatedMs), nextVersionId: String(next.version) }),
  }
}

function malformedQuery({ versionId, versionTime }: VersionQuery): string | undefined {
  if (versionId !== undefined && !VERSION.test(versionId)) return 'versionId is not a version number'
  if (versionTime === undefined) return undefined
  return isUtcSecond(versionTime) ? undefined : 'versionTime is not YYYY-MM-DDThh:mm:ssZ'
}

/** A day that the month does not have is read as one of the next month: only what is written back alike is a date. */
function isUtcSecond(text: string): boolean {
  if (!UTC_SECONDS.test(text)) return false
  const ms = Date.parse(text)
  return !Number.isNaN(ms) && isoSeconds(ms) === text
}

function wholeSeconds(ms: UnixMillis): UnixMillis {
  return ms - (ms % 1000)
}

function isoSeconds(ms: UnixMillis): string {
  return new Date(wholeSeconds(ms)).toISOString().replace('.000Z', 'Z')
}
