import { bytesToHex } from '@noble/hashes/utils.js'
import { type KeySigner, sha256, signerFromSeed } from '../../identity/index.js'
import type { Kind } from '../../wire/index.js'
import { createApplication } from '../machine.js'
import { memoryStorage } from '../memory.js'
import type { Application, BlockResult, Genesis, Misbehaviour, SignedTx, StateStorage, TxResult } from '../types.js'
import { allModules } from './modules.js'

export const LID = 'test'
export const START_MS = 1_700_000_000_000
export const ASSET = 'credit'

const names = ['issuer', 'client', 'provider', 'relay', 'other'] as const
export type Name = (typeof names)[number]

/** Five owners with fixed keys. */
export const who = Object.fromEntries(
  names.map((name, i) => [name, signerFromSeed(new Uint8Array(32).fill(i + 1))]),
) as Record<Name, KeySigner>

export function genesisOf(funds: Partial<Record<Name, bigint>>, params: Genesis['params'] = {}): Genesis {
  const accounts = Object.entries(funds).map(([name, amount]) => ({
    owner: who[name as Name].did,
    asset: ASSET,
    amount: amount.toString(),
  }))
  return { lid: LID, timeMs: START_MS, assets: [{ id: ASSET, issuer: who.issuer.did, decimals: 6 }], accounts, params }
}

let counter = 0

/** A message as if it had been decoded and its signature verified. */
export function message(kind: Kind, payload: Record<string, unknown>, signer: KeySigner): SignedTx {
  const signingInput = `${kind}.${signer.kid}.${JSON.stringify(payload)}`
  const hash = bytesToHex(sha256(signingInput))
  const header = { alg: 'EdDSA', typ: kind, kid: signer.kid } as const
  const envelope = { text: `${signingInput}.`, header, payload, signingInput, signature: new Uint8Array(64), hash }
  return { envelope, verifiedWith: signer.publicKey }
}

/** A transaction that expires 60 s after `nowMs`. */
export function tx(signer: KeySigner, type: string, body: Record<string, unknown>, nowMs = START_MS): SignedTx {
  const nonce = `${String(counter++).padStart(21, 'A')}A`
  return message('conet-tx+jwt', { lid: LID, exp: Math.floor(nowMs / 1000) + 60, nonce, type, body }, signer)
}

export const SID = 'a'.repeat(32)

/** A voucher of `client` for `provider`. */
export function voucher(fields: Record<string, unknown>, signer: KeySigner = who.client): SignedTx {
  const owed = String(fields.owed ?? '0')
  return message(
    'conet-voucher+jwt',
    {
      lid: LID,
      sid: SID,
      client: signer.did,
      provider: who.provider.did,
      asset: ASSET,
      round: 1,
      bytes: '1000',
      statement: 'b'.repeat(64),
      shares: [],
      ...fields,
      owed,
    },
    signer,
  )
}

/** A ledger that makes one block per call, one second apart unless told. */
export class TestLedger {
  readonly app: Application
  readonly storage: StateStorage
  height = 0
  timeMs = START_MS

  constructor(genesis: Genesis, storage: StateStorage = memoryStorage(), cacheEntries = 64) {
    this.storage = storage
    this.app = createApplication({ modules: allModules(), storage, sha256, cacheEntries })
    if (this.app.info().lid === '') this.app.initGenesis(genesis)
    this.height = this.app.info().height
    this.timeMs = this.app.info().timeMs
  }

  block(txs: readonly SignedTx[], afterMs = 1000, evidence: readonly Misbehaviour[] = []): BlockResult {
    this.timeMs += afterMs
    const result = this.app.finalizeBlock({ height: ++this.height, timeMs: this.timeMs, txs, evidence })
    this.app.commit()
    this.app.checkInvariants()
    return result
  }

  run(signed: SignedTx): TxResult {
    return this.block([signed]).results[0] as TxResult
  }

  do(name: Name, type: string, body: Record<string, unknown>): TxResult {
    return this.run(tx(who[name], type, body, this.timeMs))
  }

  account(name: Name): { balance: string; held: string; debt: string } {
    return this.app.query('accounts/balance', { owner: who[name].did, asset: ASSET }) as never
  }

  /** Balances in the order of `names`, without zeros. */
  balances(): Partial<Record<Name, string>> {
    return Object.fromEntries(names.map(name => [name, this.account(name).balance]).filter(([, b]) => b !== '0'))
  }
}
