import type { Codes } from '../../../errors/index.js'

/** Rejections of the governance module. */
export const GOVERNANCE_CODES = {
  /** The genesis of this ledger names no members: nobody can decide anything. */
  NO_CONSORTIUM: 'reject',
  /** Only members propose and vote. */
  NOT_MEMBER: 'reject',
  ALREADY_MEMBER: 'reject',
  MEMBER_UNKNOWN: 'reject',
  /** Nobody would be left. */
  LAST_MEMBER: 'reject',
  APPLICATION_EXISTS: 'ignore',
  /** As many as `maxApplications` wait; a member may propose the admission without one. */
  APPLICATIONS_FULL: 'retry',
  SUBJECT_UNKNOWN: 'reject',
  PROPOSAL_UNKNOWN: 'reject',
  /** The same is proposed already: `data.id`. */
  PROPOSAL_EXISTS: 'ignore',
  /** Decided, withdrawn, or past its end: `data.status`. */
  PROPOSAL_CLOSED: 'reject',
  /** The member has `maxOpen` open proposals. */
  PROPOSALS_FULL: 'retry',
  NOT_PROPOSER: 'reject',
  /** A vote is final: `data.choice` is the one that counts. */
  VOTED_ALREADY: 'reject',
  /** This ledger is ordered by one node, not by validators. */
  NO_VALIDATORS: 'reject',
  VALIDATOR_UNKNOWN: 'reject',
  /** The key belongs to another member's validator. */
  VALIDATOR_TAKEN: 'reject',
  /** The key is under notice: only its appeal can be voted on. */
  VALIDATOR_ACCUSED: 'reject',
  /** The key double-signed and its notice is over. */
  VALIDATOR_BARRED: 'reject',
  /** No validator would be left. */
  LAST_VALIDATOR: 'reject',
  VALIDATORS_FULL: 'reject',
  KEY_REFUSED: 'reject',
  NOTHING_NEW: 'ignore',
  /** The key is not under notice, or an appeal was decided. */
  NO_PENALTY: 'reject',
  MODULE_UNKNOWN: 'reject',
  /** `data.field` is unknown, of a wrong type or out of range. */
  PARAMS_MALFORMED: 'reject',
} as const satisfies Codes
