import type { Seal, StatementPayload } from '@conet/core/rounds'
import { type Sha256, type Signer, signEnvelope } from '@conet/core/wire'
import { bytesToHex } from './hex.js'

/**
 * Signs as the provider and names the result by its hash. One for all sessions.
 *
 * Statements, one per session and round, are written without the checks that `signEnvelope` makes on unknown payloads:
 * the machine makes them from checked values. Both ways give the same text.
 */
export function sealer(signer: Signer, sha256: Sha256): Seal {
  const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: 'conet-statement+jwt', kid: signer.kid }))
  const statementHead = `${header.toString('base64url')}.`
  return (kind, payload) => {
    if (kind === 'conet-statement+jwt') {
      const json = JSON.stringify(plain(payload as StatementPayload))
      const input = statementHead + Buffer.from(json, 'latin1').toString('base64url')
      const signature = Buffer.from(signer.sign(input)).toString('base64url')
      return { text: `${input}.${signature}`, hash: bytesToHex(sha256(input)) }
    }
    const text = signEnvelope(kind, payload, signer)
    return { text, hash: bytesToHex(sha256(text.slice(0, text.lastIndexOf('.')))) }
  }
}

function plain(payload: StatementPayload): object {
  const { bytesUp, bytesDown, owed } = payload
  return { ...payload, bytesUp: bytesUp.toString(), bytesDown: bytesDown.toString(), owed: owed.toString() }
}
