import type { Did, UnixMillis } from '../../../units/index.js'
import { jsonCodec, textCodec } from '../../codec.js'
import { collection, type Store } from '../../store.js'

/** A member of the consortium. */
export interface Member {
  readonly sinceMs: UnixMillis
  /** Sum over the member's validators. */
  readonly power: number
}

/** An ordering key and who runs it; with power 0 it orders nothing, and is kept so that late evidence finds its owner. */
export interface Validator {
  readonly owner: Did
  readonly power: number
}

/** The electorate as a whole. */
export interface Totals {
  readonly members: number
  /** Validators with power. */
  readonly validators: number
  readonly power: number
  /** The genesis named validators: at least one has power from then on. */
  readonly ordered: boolean
}

export type Status = 'open' | 'passed' | 'rejected' | 'void' | 'withdrawn'

/** A proposal. `void`: it passed, but could not be carried out any more (`why` is the code). */
export interface Proposal {
  readonly id: number
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
  /** The rule in force when it was made. */
  readonly rule: string
  readonly by: Did
  readonly openedMs: UnixMillis
  readonly endMs: UnixMillis
  readonly status: Status
  readonly decidedMs: UnixMillis
  readonly why: string
  /** The votes as they were weighed at the decision; of an open proposal they are weighed when asked for. */
  readonly tally: TallyText | null
}

/** Weights as decimal text. */
export interface TallyText {
  readonly yes: string
  readonly no: string
  readonly abstain: string
  readonly all: string
}

export type Choice = 'yes' | 'no' | 'abstain'

/** Somebody who wants to be a member. */
export interface Application {
  readonly note: string
  readonly atMs: UnixMillis
  /** Lapses then. */
  readonly endMs: UnixMillis
}

/** What a validator is accused of, and how far that went. */
export interface Penalty {
  readonly owner: Did
  readonly kind: string
  /** Where it happened; of a lifted penalty, up to where evidence is spent. */
  readonly height: number
  /** What was taken at the notice; returns if the penalty is lifted. */
  readonly taken: number
  readonly endMs: UnixMillis
  /** Id of the appeal, 0 for none. */
  readonly appeal: number
  readonly state: 'notice' | 'barred' | 'lifted'
}

/** A change of the validator set within a block. */
export interface PowerChange {
  readonly publicKey: string
  readonly from: number
  readonly power: number
}

/** By DID. */
export const members = collection<Member>('governance/member/', jsonCodec())
/** By public key, lower-case hex. */
export const validators = collection<Validator>('governance/validator/', jsonCodec())
/** Public key by the address that engines call a validator by. */
export const addresses = collection<string>('governance/address/', textCodec)
/** By id of 12 digits. */
export const proposals = collection<Proposal>('governance/proposal/', jsonCodec())
/** Ids of open proposals. */
export const openProposals = collection<string>('governance/open/', textCodec)
/** By `<id>/<did>`. */
export const votes = collection<Choice>('governance/vote/', {
  encode: choice => choice,
  decode: text => text as Choice,
})
/** By DID. */
export const applications = collection<Application>('governance/application/', jsonCodec())
/** By public key. */
export const penalties = collection<Penalty>('governance/penalty/', jsonCodec())

const TOTALS = 'governance/totals'
const totalsCodec = jsonCodec<Totals>()
const NEXT = 'governance/next'
const NOBODY: Totals = { members: 0, validators: 0, power: 0, ordered: false }

/** Zero of everything on a ledger without a consortium. */
export function totalsOf(store: Store): Totals {
  return store.get(TOTALS, totalsCodec) ?? NOBODY
}

export function putTotals(store: Store, { members, validators, power, ordered }: Totals): void {
  store.set(TOTALS, { members, validators, power, ordered }, totalsCodec)
}

/** Takes the next proposal number, from 1 on. */
export function nextId(store: Store): number {
  const id = Number(store.get(NEXT, textCodec) ?? '1')
  store.set(NEXT, String(id + 1), textCodec)
  return id
}

/** Text of a proposal's number: 12 digits keep the order of keys the order of numbers. */
export function idText(id: number): string {
  return String(id).padStart(12, '0')
}
