import { ok, type Rejection, type Result, reject } from '@conet/core/errors'
import type { LightCode } from './codes.js'
import { headerHash, voteSignBytes } from './header.js'
import { bytesToHex } from './hex.js'
import type { Commit, LightBlock, LightCrypto, LightValidator, Timestamp, TrustOptions } from './types.js'
import { powerOf, same, validatorsHash } from './validators.js'

type Refusal = Rejection<LightCode> | undefined

/**
 * Whether a verified header vouches for a later one (CometBFT's light client, `light.Verify`): adjacent headers by the
 * hash of the next validators, others by more than 1/3 of the trusted validators; in both cases more than 2/3 of the new
 * ones must have signed.
 *
 * @returns `TRUST_SHORT` if headers in between may help, any other code for good
 */
export function verifyNext(
  trusted: LightBlock,
  next: LightBlock,
  trust: TrustOptions,
  crypto: LightCrypto,
): Result<LightBlock, LightCode> {
  const refusal = refuseExpired(trusted, trust) ?? refuseHeader(next, trust, crypto) ?? refuseOrder(trusted, next)
  if (refusal !== undefined) return refusal
  const linked =
    next.header.height === trusted.header.height + 1 ? refuseLink(trusted, next) : refuseSkip(trusted, next, crypto)
  return linked ?? refuseCommit(next, crypto) ?? ok(next)
}

/**
 * Whether a header is signed by more than 2/3 of validators that are trusted already: those of the genesis.
 */
export function verifyFirst(
  validators: readonly LightValidator[],
  first: LightBlock,
  trust: TrustOptions,
  crypto: LightCrypto,
): Result<LightBlock, LightCode> {
  const refusal = refuseExpired(first, trust) ?? refuseHeader(first, trust, crypto)
  if (refusal !== undefined) return refusal
  if (!same(validatorsHash(validators, crypto.sha256), first.header.validatorsHash)) {
    return reject('VALIDATORS_WRONG', { height: first.header.height })
  }
  return refuseCommit(first, crypto) ?? ok(first)
}

/** Whether what is trusted is too old to vouch for anything. */
export function refuseExpired({ header }: LightBlock, { now, trustingPeriodMs }: TrustOptions): Refusal {
  const endMs = milliseconds(header.time) + trustingPeriodMs
  return endMs > now() ? undefined : reject('TRUST_EXPIRED', { height: header.height, endMs })
}

/** The header alone: its chain, its time, and that commit and validators are its own. */
export function refuseHeader(
  { header, commit, validators }: LightBlock,
  trust: TrustOptions,
  crypto: LightCrypto,
): Refusal {
  const { height } = header
  if (header.chainId !== trust.chainId) return reject('CHAIN_WRONG', { expected: trust.chainId, got: header.chainId })
  if (milliseconds(header.time) >= trust.now() + trust.maxDriftMs) return reject('HEADER_ORDER', { height })
  const hash = headerHash(header, crypto.sha256)
  if (commit.height !== height || !same(commit.blockId.hash, hash)) return reject('COMMIT_WRONG', { height })
  if (same(validatorsHash(validators, crypto.sha256), header.validatorsHash)) return undefined
  return reject('VALIDATORS_WRONG', { height })
}

function refuseOrder(trusted: LightBlock, next: LightBlock): Refusal {
  const { height } = next.header
  const later = height > trusted.header.height && isAfter(next.header.time, trusted.header.time)
  return later ? undefined : reject('HEADER_ORDER', { height, trusted: trusted.header.height })
}

function refuseLink(trusted: LightBlock, { header }: LightBlock): Refusal {
  const { height } = header
  return same(header.validatorsHash, trusted.header.nextValidatorsHash)
    ? undefined
    : reject('VALIDATORS_WRONG', { height })
}

/** More than 1/3 of the trusted power signed: at least one of them is honest. */
function refuseSkip(trusted: LightBlock, next: LightBlock, crypto: LightCrypto): Refusal {
  const known = new Map(trusted.validators.map(validator => [bytesToHex(validator.address), validator]))
  const signed = tally(next, crypto, address => known.get(bytesToHex(address)))
  if (!signed.ok) return signed
  if (3n * signed.value > powerOf(trusted.validators)) return undefined
  return reject('TRUST_SHORT', { height: next.header.height, trusted: trusted.header.height })
}

/** More than 2/3 of the header's own validators signed it; their signatures stand in the order of the set. */
function refuseCommit(block: LightBlock, crypto: LightCrypto): Refusal {
  const { validators, commit, header } = block
  const { height } = header
  if (commit.signatures.length !== validators.length) return reject('COMMIT_WRONG', { height })
  const misplaced = commit.signatures.some(
    ({ forBlock, address }, i) => forBlock && !same(address, validators[i]?.address ?? new Uint8Array()),
  )
  if (misplaced) return reject('COMMIT_WRONG', { height })
  const known = new Map(validators.map(validator => [bytesToHex(validator.address), validator]))
  if (known.size !== validators.length) return reject('VALIDATORS_WRONG', { height })
  const signed = tally(block, crypto, address => known.get(bytesToHex(address)))
  if (!signed.ok) return signed
  return 3n * signed.value > 2n * powerOf(validators) ? undefined : reject('POWER_SHORT', { height })
}

/** Power of the known validators whose signatures for the block hold. */
function tally(
  { header, commit }: LightBlock,
  crypto: LightCrypto,
  find: (address: Uint8Array) => LightValidator | undefined,
): Result<bigint, LightCode> {
  let power = 0n
  const seen = new Set<LightValidator>()
  for (const { forBlock, address, time, signature } of commit.signatures) {
    const validator = forBlock ? find(address) : undefined
    if (validator === undefined) continue
    if (seen.has(validator)) return reject('VOTED_TWICE', { height: header.height })
    seen.add(validator)
    if (!signedBy(validator, header.chainId, commit, time, signature, crypto)) {
      return reject('SIGNATURE_WRONG', { height: header.height, validator: bytesToHex(address) })
    }
    power += validator.power
  }
  return ok(power)
}

function signedBy(
  { publicKey }: LightValidator,
  chainId: string,
  commit: Commit,
  time: Timestamp,
  signature: Uint8Array,
  crypto: LightCrypto,
): boolean {
  return crypto.verify(publicKey, voteSignBytes(chainId, commit, time), signature)
}

function isAfter(a: Timestamp, b: Timestamp): boolean {
  return a.seconds === b.seconds ? a.nanos > b.nanos : a.seconds > b.seconds
}

/** Milliseconds since the Unix epoch, rounded down. */
export function milliseconds({ seconds, nanos }: Timestamp): number {
  return Number(seconds) * 1000 + Math.floor(nanos / 1_000_000)
}
