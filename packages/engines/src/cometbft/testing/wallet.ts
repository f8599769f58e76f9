import { createPrivateKey, createPublicKey, hash, randomBytes, sign } from 'node:crypto'
import { didKeyUrl, encodeDidKey } from '@conet/core/identity'
import type { Genesis, GenesisValidator } from '@conet/core/ledger'
import { type Signer, signEnvelope } from '@conet/core/wire'

const LID = 'cometbft-test'
/** A transaction of these tests lives this long, in seconds. */
const LIFE_S = 300

/** Somebody who can pay, the same in every run. */
export interface Payer {
  readonly did: string
  /** A transfer that is another one each time; it expires after `lifeS` seconds. */
  pay(to: string, amount: number, lifeS?: number): string
}

export function payer(name: string): Payer {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), hash('sha256', name, 'buffer')])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const did = encodeDidKey(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url'))
  const signer: Signer = { kid: didKeyUrl(did), sign: input => sign(null, Buffer.from(input), key) }
  return {
    did,
    pay: (to, amount, lifeS = LIFE_S) => {
      const nonce = randomBytes(16).toString('base64url')
      const exp = Math.floor(Date.now() / 1000) + lifeS
      const body = { asset: 'credit', to, amount: String(amount) }
      return signEnvelope('conet-tx+jwt', { lid: LID, exp, nonce, type: 'accounts/transfer', body }, signer)
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
