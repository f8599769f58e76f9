import { createPrivateKey, createPublicKey, hash, randomBytes, sign } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { didKeyUrl, encodeDidKey } from '@conet/core/identity'
import type { Genesis } from '@conet/core/ledger'
import { type Signer, signEnvelope } from '@conet/core/wire'
import { expect, it } from 'vitest'
import { openSolo, verifyInPlace, verifyLedger } from '../index.js'

function account(name: string): { readonly did: string; readonly signer: Signer } {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), hash('sha256', name, 'buffer')])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const did = encodeDidKey(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url'))
  return { did, signer: { kid: didKeyUrl(did), sign: input => sign(null, Buffer.from(input), key) } }
}

const START_MS = 1_800_000_000_000
const alice = account('alice')
const bob = account('bob')
const genesis: Genesis = {
  lid: 'solo-test',
  timeMs: START_MS,
  assets: [{ id: 'credit', issuer: alice.did, decimals: 6 }],
  accounts: [{ owner: alice.did, asset: 'credit', amount: '1000' }],
}

function tx(type: string, body: object): string {
  const nonce = randomBytes(16).toString('base64url')
  return signEnvelope('conet-tx+jwt', { lid: 'solo-test', exp: START_MS / 1000 + 300, nonce, type, body }, alice.signer)
}

it('drives the real ledger: transfers, refusals, scheduled release of an escrow while idle, reopening, verification', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'conet-ledger-'))
  let nowMs = START_MS
  const options = { dir, genesis, pool: verifyInPlace(), clock: () => nowMs }
  const engine = await openSolo(options)
  await engine.start()
  const held = () => engine.query('accounts/balance', { owner: alice.did, asset: 'credit' })

  const paid = await engine.submit(tx('accounts/transfer', { asset: 'credit', to: bob.did, amount: '10' }))
  expect(paid.code).toBe('OK')
  const tooMuch = tx('accounts/transfer', { asset: 'credit', to: bob.did, amount: '5000' })
  expect((await engine.submit(tooMuch)).code).toBe('BALANCE_SHORT')
  // The refusal is in a block: whoever saw the message cannot bring it again once there is money (LED-15).
  expect(engine.info().height).toBe(2)
  expect((await engine.submit(tooMuch)).code).toBe('REPLAYED')
  expect(engine.info().height).toBe(2)

  const before = held()
  const open = {
    provider: bob.did,
    asset: 'credit',
    amount: '100',
    escrow: '0'.repeat(32),
    expiresMs: START_MS + 3_600_000,
  }
  expect((await engine.submit(tx('sessions/open', open))).code).toBe('OK')
  expect(held()).not.toEqual(before)
  nowMs += 30 * 24 * 3_600_000
  const ending = new AbortController()
  for await (const block of engine.blocks(4, ending.signal)) {
    expect(block.result.scheduled.length).toBeGreaterThan(0)
    ending.abort()
  }
  expect(held()).toEqual(before)
  const info = engine.info()
  await engine.stop()

  const again = await openSolo(options)
  expect(again.info()).toEqual(info)
  await again.stop()
  expect(await verifyLedger({ dir }, { invariantsEvery: 1 })).toMatchObject({
    ok: true,
    height: 4,
    appHash: info.appHash,
  })
  await rm(dir, { recursive: true })
})
