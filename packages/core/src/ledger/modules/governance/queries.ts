import { ConetError } from '../../../errors/index.js'
import { did } from '../../fields.js'
import type { Query } from '../../module.js'
import type { Store } from '../../store.js'
import { tallyText } from './decide.js'
import { governanceParams } from './params.js'
import {
  applications,
  idText,
  members,
  type Proposal,
  penalties,
  proposals,
  totalsOf,
  validators,
  votes,
} from './state.js'
import { proposalId } from './vote.js'

/** Most entries in one answer. */
const PAGE = 100

type Args = Readonly<Record<string, unknown>>

/** `governance/members {after?}` → a page of members in DID order. */
export const memberList: Query = (store, args) => {
  const after = args.after === undefined ? undefined : readDid(args, 'after')
  return page(members.list(store, '', after), ([member, found]) => ({ did: member, ...found }))
}

/** `governance/member {did}` → the member, `undefined` if it is none. */
export const member: Query = (store, args) => {
  const owner = readDid(args, 'did')
  const found = members.get(store, owner)
  return found === undefined ? undefined : { did: owner, ...found }
}

/** `governance/validators {}` → every validator with power, in key order: the set that the engine runs with. */
export const validatorList: Query = store => {
  const active = []
  for (const [publicKey, { owner, power }] of validators.list(store)) {
    if (power > 0) active.push({ owner, publicKey, power })
  }
  return active
}

/** `governance/proposals {after?}` → a page of proposals in order of number, without votes. */
export const proposalList: Query = (store, args) => {
  const after = args.after === undefined ? undefined : idText(readId(args, 'after'))
  return page(proposals.list(store, '', after), ([, proposal]) => view(store, proposal))
}

/** `governance/proposal {id}` → the proposal with its votes. */
export const proposal: Query = (store, args) => {
  const text = idText(readId(args, 'id'))
  const found = proposals.get(store, text)
  if (found === undefined) return undefined
  const cast = Array.from(votes.list(store, `${text}/`), ([key, choice]) => ({
    by: key.slice(text.length + 1),
    choice,
  }))
  return { ...view(store, found), votes: cast }
}

/** `governance/applications {}` → who wants to be a member. */
export const applicationList: Query = store =>
  page(applications.list(store), ([applicant, found]) => ({ did: applicant, ...found }))

/** `governance/penalties {}` → validators under notice, barred, or acquitted. */
export const penaltyList: Query = store =>
  page(penalties.list(store), ([publicKey, found]) => ({ publicKey, ...found }))

/** `governance/rules {}` → parameters of governance and the size of the electorate. */
export const rules: Query = store => ({ ...governanceParams.read(store), ...totalsOf(store) })

function view(store: Store, found: Proposal) {
  return { ...found, tally: tallyText(store, found) }
}

function page<T, R>(entries: Iterable<T>, map: (entry: T) => R): R[] {
  const items: R[] = []
  for (const entry of entries) {
    items.push(map(entry))
    if (items.length >= PAGE) break
  }
  return items
}

function readDid(args: Args, name: string): string {
  return did.read(args[name]) ?? malformed(name, 'a DID')
}

function readId(args: Args, name: string): number {
  return proposalId.read(args[name]) ?? malformed(name, 'the number of a proposal')
}

function malformed(field: string, expected: string): never {
  throw new ConetError('QUERY_MALFORMED', `${field} must be ${expected}`, { data: { field } })
}
