import { createPrivateKey, createPublicKey, hash, type KeyObject, randomBytes, sign } from 'node:crypto'
import { conetDid, conetKid, didKeyUrl, encodeDidKey, encodeMultikey } from '@conet/core/identity'
import type { Genesis, GenesisValidator } from '@conet/core/ledger'
import { type Signer, signEnvelope } from '@conet/core/wire'

const LID = 'cometbft-test'
/** A transaction of these tests lives this long, in seconds. */
const LIFE_S = 300

/** Somebody who can pay, the same in every run. */
export interface Payer {
  readonly did: string
  /** A transaction that is another one each time; it expires after `lifeS` seconds. */
  send(type: string, body: Readonly<Record<string, unknown>>, lifeS?: number): string
  pay(to: string, amount: number, lifeS?: number): string
  /** A voucher, of a session of its own unless `sid` names one. */
  promise(to: string, owed: number, sid?: string): string
}

export function payer(name: string): Payer {
  const { key, publicKey } = keyOf(name)
  const did = encodeDidKey(publicKey)
  return payerWith(did, didKeyUrl(did), key)
}

/** Somebody whom the ledger knows only after `joining` has run. */
export function newcomer(name: string): { readonly joining: string; readonly payer: Payer } {
  const { key, publicKey } = keyOf(name)
  const multikey = encodeMultikey(publicKey)
  const inception = { keys: [multikey], next: [], services: [] }
  const did = conetDid(LID, inception)
  return {
    joining: payer(name).send('identity/incept', inception),
    payer: payerWith(did, conetKid(did, multikey), key),
  }
}

function keyOf(name: string): { readonly key: KeyObject; readonly publicKey: Uint8Array } {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), hash('sha256', name, 'buffer')])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return { key, publicKey: Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url') }
}

function payerWith(did: string, kid: string, key: KeyObject): Payer {
  const signer: Signer = { kid, sign: input => sign(null, Buffer.from(input), key) }
  const send: Payer['send'] = (type, body, lifeS = LIFE_S) => {
    const nonce = randomBytes(16).toString('base64url')
    const exp = Math.floor(Date.now() / 1000) + lifeS
    return signEnvelope('conet-tx+jwt', { lid: LID, exp, nonce, type, body }, signer)
  }
  return {
    did,
    send,
    pay: (to, amount, lifeS) => send('accounts/transfer', { asset: 'credit', to, amount: String(amount) }, lifeS),
    promise: (to, owed, sid = randomBytes(16).toString('hex')) => {
      const parties = { lid: LID, sid, client: did, provider: to, asset: 'credit' }
      const count = { round: 1, owed: String(owed), bytes: '5', statement: '0'.repeat(64), shares: [] }
      return signEnvelope('conet-voucher+jwt', { ...parties, ...count }, signer)
    },
  }
}

/** A ledger of the real kind in which everybody named has a thousand. */
export function walletGenesis(owners: readonly string[], validators?: readonly GenesisValidator[]): Genesis {
  return {
    lid: LID,
    timeMs: Date.now() - 3_600_000,
    assets: [{ id: 'credit', issuer: owners[0] ?? '', decimals: 6 }],
    accounts: owners.map(owner => ({ owner, asset: 'credit', amount: '1000' })),
    ...(validators && { validators }),
  }
}
