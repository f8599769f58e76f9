import type { Seal, StatementPayload } from '@conet/core/rounds'
import { hashText, type Sha256, type Signer, signEnvelope } from '@conet/core/wire'

/**
 * Signs as the provider and names the result by its hash. One for all sessions.
 *
 * Statements, one per session and round, are signed when they leave (`Statements`), and written without the checks that
 * `signEnvelope` makes on unknown payloads: the machine makes them from checked values. Both ways give the same text.
 */
export function sealer(signer: Signer, sha256: Sha256): Seal {
  const head = statementHead(signer)
  return (kind, payload) => {
    if (kind === 'conet-statement+jwt') {
      const text = head + Buffer.from(jsonOf(payload as StatementPayload), 'latin1').toString('base64url')
      return { text, hash: hashText(text, sha256) }
    }
    const text = signEnvelope(kind, payload, signer)
    return { text, hash: hashText(text.slice(0, text.lastIndexOf('.')), sha256) }
  }
}

/** What every statement of a provider begins with: its header, and the dot after it. */
export function statementHead({ kid }: Pick<Signer, 'kid'>): string {
  return `${Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: 'conet-statement+jwt', kid })).toString('base64url')}.`
}

/** Every member is a number, or a text without a character that JSON would escape. */
function jsonOf(payload: StatementPayload): string {
  const { lid, sid, client, provider, round, bytesUp, bytesDown, elapsedMs, owed, at, paidUntil, due, final } = payload
  const who = `{"lid":"${lid}","sid":"${sid}","client":"${client}","provider":"${provider}","round":${round}`
  const count = `"bytesUp":"${bytesUp}","bytesDown":"${bytesDown}","elapsedMs":${elapsedMs},"owed":"${owed}"`
  return `${who},${count},"at":${at},"paidUntil":${paidUntil},"due":${due}${final === true ? ',"final":true}' : '}'}`
}
