import { signerFromSeed } from '@conet/core/identity'
import type { GrantPayload } from '@conet/core/rounds'
import { signEnvelope, signTogether } from '@conet/core/wire'
import { describe, expect, it } from 'vitest'
import { NodeApi } from '../api/index.js'
import { nodePorts } from '../ports/index.js'
import { readFrame } from './inbound.js'
import { KeyBook } from './keys.js'

const provider = signerFromSeed(new Uint8Array(32).fill(5))
const other = signerFromSeed(new Uint8Array(32).fill(6))
const SID = 'ab'.repeat(16)
const grant = { lid: 'test', sid: SID, provider: provider.did } as GrantPayload
const keys = new KeyBook(new NodeApi('http://127.0.0.1:1', { ports: nodePorts }))
const read = (text: string) => readFrame(text, grant, nodePorts, keys)

/** A statement of this session, as it is before it is signed. */
function statement(round: number, signer = provider) {
  const count = { bytesUp: 0n, bytesDown: 1n, elapsedMs: 1_000, owed: 5n, at: 1_000, paidUntil: 2_000, due: 2_000 }
  const payload = { lid: 'test', sid: SID, client: other.did, provider: provider.did, round, ...count }
  const text = signEnvelope('conet-statement+jwt', payload, signer)
  const signingInput = text.slice(0, text.lastIndexOf('.'))
  return { signingInput, hash: Buffer.from(nodePorts.sha256(signingInput)).toString('hex') }
}

describe('a frame of the provider', () => {
  it('may be a statement that was signed together with others', async () => {
    const group = [statement(1), statement(2), statement(3)]
    const texts = signTogether(group, provider, nodePorts.sha256)
    for (const [i, text] of texts.entries()) {
      const wanted = { kind: 'statement', hash: group[i]?.hash, statement: { round: i + 1, owed: 5n } }
      expect(await read(text)).toMatchObject({ ok: true, value: wanted })
    }
  })

  it('counts only under a signature of the provider, over this very statement', async () => {
    const [first = ''] = signTogether([statement(1), statement(2)], provider, nodePorts.sha256)
    const part = first.slice(first.lastIndexOf('.'))
    expect(await read(statement(3).signingInput + part)).toMatchObject({ ok: false, code: 'SIGNATURE_INVALID' })
    const [forged = ''] = signTogether([statement(1), statement(2)], other, nodePorts.sha256)
    expect(await read(forged)).toMatchObject({ ok: false, code: 'SIGNATURE_INVALID' })
    const [strange = ''] = signTogether([statement(1, other), statement(2)], other, nodePorts.sha256)
    expect(await read(strange)).toMatchObject({ ok: false, code: 'PROVIDER_WRONG' })
  })
})
