import { createPrivateKey, createPublicKey, hash, sign } from 'node:crypto'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { didKeyUrl, encodeDidKey } from '@conet/core/identity'
import type { Genesis } from '@conet/core/ledger'
import { type Signer, signEnvelope } from '@conet/core/wire'

/** The load of the ledger benchmark: genesis and signed transactions, made before anything is measured. */

export const ASSET = 'credit'
/** Enough that nobody runs dry in a run. */
const BALANCE = '1000000000000'
/** DER of an Ed25519 private key up to the seed (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const EXPIRES_S = 590

interface Account {
  readonly did: string
  readonly signer: Signer
}

/** A funded account that signs; the same in every run. */
export function signingAccount(index: number): Account {
  const seed = hash('sha256', `bench ${index}`, 'buffer')
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  const x = createPublicKey(key).export({ format: 'jwk' }).x ?? ''
  const did = encodeDidKey(Buffer.from(x, 'base64url'))
  return { did, signer: { kid: didKeyUrl(did), sign: input => sign(null, Buffer.from(input, 'latin1'), key) } }
}

/** DID of an account that only receives: as long as a did:key, cheap to make. */
function receiver(index: number): string {
  return `did:key:z6Mk${hash('sha256', `receiver ${index}`, 'hex').slice(0, 44)}`
}

/** First state: the signing accounts and receivers up to `accounts` in all. */
export function benchGenesis(lid: string, signers: readonly string[], accounts: number): Genesis {
  const owners = [...signers]
  for (let i = signers.length; i < accounts; i++) owners.push(receiver(i))
  return {
    lid,
    timeMs: Date.now(),
    assets: [{ id: ASSET, issuer: signers[0] ?? '', decimals: 6 }],
    accounts: owners.map(owner => ({ owner, asset: ASSET, amount: BALANCE })),
  }
}

export interface LoadPlan {
  readonly lid: string
  readonly signers: number
  readonly accounts: number
  readonly txs: number
}
interface Part {
  readonly plan: LoadPlan
  /** This part signs for the accounts whose index leaves this remainder. */
  readonly part: number
  readonly parts: number
}

/**
 * Signs the load in as many threads as there are cores: half transfers, half bare vouchers that settle rounds of one
 * session per signer, recipients spread over all accounts. One signer's vouchers come in order.
 */
export async function signedLoad(plan: LoadPlan, parts: number): Promise<string[]> {
  const lists = await Promise.all(Array.from({ length: parts }, (_, part) => signPart({ plan, part, parts })))
  const load: string[] = []
  for (let i = 0; load.length < plan.txs; i++) for (const list of lists) load.push(list[i] ?? '')
  return load
}

function signPart(data: Part): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: data })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

function makePart({ plan, part, parts }: Part): string[] {
  const { lid, signers, accounts, txs } = plan
  const mine: Account[] = []
  for (let i = part; i < signers; i += parts) mine.push(signingAccount(i))
  const count = Math.ceil(txs / parts)
  const exp = Math.floor(Date.now() / 1000) + EXPIRES_S
  const list: string[] = []
  for (let i = 0; i < count; i++) {
    // Two transactions of each signer per turn: a transfer and a voucher.
    const account = mine[(i >>> 1) % mine.length]
    if (account === undefined) throw new Error('a part needs a signer')
    const turn = Math.floor(i / 2 / mine.length) + 1
    const to = receiver(signers + (((i * parts + part) * 7919) % Math.max(1, accounts - signers)))
    const target = accounts > signers ? to : otherSigner(account, mine, i)
    if (i % 2 === 0) list.push(transfer(account, lid, exp, target, `${part}/${i}`))
    else
      list.push(
        voucher(
          account,
          lid,
          accounts > signers ? fixedReceiver(plan, i, mine.length) : fixedSigner(account, mine, i),
          turn,
        ),
      )
  }
  return list
}

/** The provider of a signer's session stays the same in every round. */
function fixedReceiver({ signers, accounts }: LoadPlan, i: number, mine: number): string {
  return receiver(signers + ((((i >>> 1) % mine) * 104_729) % (accounts - signers)))
}

function fixedSigner(account: Account, mine: readonly Account[], i: number): string {
  const other = mine[((i >>> 1) + 1) % mine.length]
  return other === undefined || other === account ? account.did : other.did
}

function otherSigner(account: Account, mine: readonly Account[], i: number): string {
  const other = mine[(i * 31 + 1) % mine.length]
  return other === undefined || other === account ? fixedSigner(account, mine, i) : other.did
}

function transfer({ signer }: Account, lid: string, exp: number, to: string, id: string): string {
  const nonce = hash('sha256', id, 'buffer').subarray(0, 16).toString('base64url')
  const body = { asset: ASSET, to, amount: '7' }
  return signEnvelope('conet-tx+jwt', { lid, exp, nonce, type: 'accounts/transfer', body }, signer)
}

function voucher({ did, signer }: Account, lid: string, provider: string, round: number): string {
  const sid = hash('sha256', `session ${did}`, 'hex').slice(0, 32)
  const statement = hash('sha256', `statement ${did} ${round}`, 'hex')
  const owed = String(round * 1000)
  const bytes = String(round * 1_048_576)
  const payload = { lid, sid, client: did, provider, asset: ASSET, round, owed, bytes, statement, shares: [] }
  return signEnvelope('conet-voucher+jwt', payload, signer)
}

if (parentPort !== null) parentPort.postMessage(makePart(workerData as Part))
