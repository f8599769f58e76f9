import { ConetError } from '../../../errors/index.js'
import { resolveDidKey, resolveHistory, type VersionQuery } from '../../../identity/index.js'
import { did } from '../../fields.js'
import type { Query } from '../../module.js'
import { current, historyOf } from './state.js'

type Args = Readonly<Record<string, unknown>>

/** `{did, versionId?, versionTime?}` → W3C DID resolution result; an unknown DID is `notFound` in its metadata. */
export const resolve: Query = (store, args) => {
  const wanted = textOf(args, 'did')
  if (wanted.startsWith('did:key:')) return resolveDidKey(wanted)
  return resolveHistory(historyOf(store, wanted), versionOf(args))
}

/** `{did}` → the current version alone: one read, however long the history; `undefined` if unknown, or no DID at all. */
export const currentVersion: Query = (store, args) => {
  // That a record is missing is remembered by its key: nobody may fill the memory with keys of any length.
  const known = did.read(textOf(args, 'did'))
  return known === undefined ? undefined : current.get(store, known)
}

/** `{did}` → all versions in order, `[]` if unknown. */
export const history: Query = (store, args) => historyOf(store, textOf(args, 'did'))

function versionOf(args: Args): VersionQuery {
  return {
    ...(args.versionId === undefined ? {} : { versionId: textOf(args, 'versionId') }),
    ...(args.versionTime === undefined ? {} : { versionTime: textOf(args, 'versionTime') }),
  }
}

function textOf(args: Args, name: string): string {
  const value = args[name]
  if (typeof value === 'string') return value
  throw new ConetError('QUERY_MALFORMED', `${name} must be a text`, { data: { field: name } })
}
