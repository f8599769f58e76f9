import type { Codes } from '@conet/core/errors'

/** What a light client refuses. */
export const LIGHT_CODES = {
  /** A header, commit or validator set that cannot be read. */
  HEADER_MALFORMED: 'punish',
  /** It is of another ledger. */
  CHAIN_WRONG: 'punish',
  /** The commit is for another header, or not for the height asked for. */
  COMMIT_WRONG: 'punish',
  /** The validators given are not those that the header names. */
  VALIDATORS_WRONG: 'punish',
  SIGNATURE_WRONG: 'punish',
  /** Not more than 2/3 of the validators signed. */
  POWER_SHORT: 'punish',
  /** One validator appears twice in a commit. */
  VOTED_TWICE: 'punish',
  /** Time or height runs backwards, or the header is from the future. */
  HEADER_ORDER: 'punish',
  /** Too few of the trusted validators signed to skip this far; headers in between help. */
  TRUST_SHORT: 'retry',
  /** What was trusted is older than the trusting period: a fresh hash from somebody you trust is needed. */
  TRUST_EXPIRED: 'reject',
  /** The height lies before everything that is trusted. */
  HEADER_TOO_OLD: 'reject',
  /** The node has no such header yet, or none at all. */
  HEADER_MISSING: 'retry',
  /** Nobody else confirmed the header. */
  WITNESS_MISSING: 'retry',
  /** Two headers of one height, both signed by more than 2/3: somebody is being deceived. Trust neither. */
  LEDGER_FORKED: 'punish',
  /** The proof does not lead to the signed app hash, or is of another record. */
  PROOF_WRONG: 'punish',
  /** The ledger has no such record; that nothing is there cannot be proven. */
  RECORD_MISSING: 'reject',
} as const satisfies Codes

export type LightCode = keyof typeof LIGHT_CODES
