import { encodeUtf8, type Sha256 } from '@conet/core/wire'
import { merkleRoot } from './merkle.js'
import { bytes, delimited, embedded, fixed64, integer, message } from './protobuf.js'
import type { BlockId, Commit, Header, Timestamp } from './types.js'

/** SignedMsgType of a precommit. */
const PRECOMMIT = 2n

/**
 * Hash of a header: the RFC 6962 tree over its members, each in protobuf, in the order of CometBFT's `Header.Hash`
 * (spec/core/data_structures.md "Header").
 */
export function headerHash(header: Header, sha256: Sha256): Uint8Array {
  const value = (content: Uint8Array) => message(bytes(1, content))
  return merkleRoot(
    [
      message(integer(1, header.versionBlock), integer(2, header.versionApp)),
      value(encodeUtf8(header.chainId)),
      message(integer(1, BigInt(header.height))),
      timestamp(header.time),
      blockId(header.lastBlockId),
      value(header.lastCommitHash),
      value(header.dataHash),
      value(header.validatorsHash),
      value(header.nextValidatorsHash),
      value(header.consensusHash),
      value(header.appHash),
      value(header.lastResultsHash),
      value(header.evidenceHash),
      value(header.proposerAddress),
    ],
    sha256,
  )
}

/** What one validator signed: `CanonicalVote` of its precommit, with its length in front. */
export function voteSignBytes(chainId: string, commit: Commit, time: Timestamp): Uint8Array {
  return delimited(
    message(
      integer(1, PRECOMMIT),
      fixed64(2, BigInt(commit.height)),
      fixed64(3, BigInt(commit.round)),
      embedded(4, blockId(commit.blockId)),
      embedded(5, timestamp(time)),
      bytes(6, encodeUtf8(chainId)),
    ),
  )
}

/** `BlockID` and `CanonicalBlockID` have the same fields. */
function blockId({ hash, partsTotal, partsHash }: BlockId): Uint8Array {
  const parts = message(integer(1, BigInt(partsTotal)), bytes(2, partsHash))
  return message(bytes(1, hash), embedded(2, parts))
}

function timestamp({ seconds, nanos }: Timestamp): Uint8Array {
  return message(integer(1, seconds), integer(2, BigInt(nanos)))
}
