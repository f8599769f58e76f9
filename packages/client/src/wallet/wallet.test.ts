import { signerFromSeed, verify } from '@conet/core/identity'
import { checkSignature, decodeEnvelope } from '@conet/core/wire'
import { describe, expect, it } from 'vitest'
import { nativeVerify, nodePorts } from '../ports/index.js'
import { walletFromSeed } from './wallet.js'

const seed = new Uint8Array(32).fill(3)

describe('the wallet', () => {
  it('has the DID of its key, the same natively and in a browser', () => {
    const wallet = walletFromSeed(seed, nodePorts)
    expect(wallet.did).toBe(signerFromSeed(seed).did)
    expect([...wallet.signer.sign('text')]).toEqual([...signerFromSeed(seed).sign('text')])
  })

  it('signs a transfer that both verifiers accept, and a changed one neither', () => {
    const wallet = walletFromSeed(seed, nodePorts, () => 60_000)
    const text = wallet.signTransfer('l', { to: 'did:key:x', asset: 'credit', amount: 5n })
    const envelope = decodeEnvelope(text, { sha256: nodePorts.sha256 })
    if (!envelope.ok) throw new Error(envelope.code)
    expect(envelope.value.payload).toMatchObject({
      lid: 'l',
      type: 'accounts/transfer',
      body: { to: 'did:key:x', asset: 'credit', amount: '5' },
    })
    const aheadSeconds = Number(envelope.value.payload.exp) - Date.now() / 1_000
    expect(aheadSeconds).toBeGreaterThan(300)
    expect(aheadSeconds).toBeLessThan(600)
    for (const check of [verify, nativeVerify]) {
      expect(checkSignature(envelope.value, wallet.signer.publicKey, check).ok).toBe(true)
      const forged = { ...envelope.value, signingInput: `${envelope.value.signingInput}A` }
      expect(checkSignature(forged, wallet.signer.publicKey, check).ok).toBe(false)
    }
  })

  it('names a message by the hash of what was signed', () => {
    const { text, hash } = walletFromSeed(seed, nodePorts).seal('conet-close+jwt', { any: 1 })
    const envelope = decodeEnvelope(text, { sha256: nodePorts.sha256 })
    expect(envelope).toMatchObject({ ok: true, value: { hash } })
  })

  it.each([0n, -1n, 2n ** 95n])('signs no transfer of %s', amount => {
    const wallet = walletFromSeed(seed, nodePorts)
    const sign = () => wallet.signTransfer('l', { to: 'did:key:x', asset: 'credit', amount })
    expect(sign).toThrow(expect.objectContaining({ code: 'AMOUNT_INVALID' }))
  })
})
