import { createPrivateKey, createPublicKey, hash, sign } from 'node:crypto'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { didKeyUrl, encodeDidKey } from '@conet/core/identity'
import type { Genesis } from '@conet/core/ledger'
import { type Signer, signEnvelope } from '@conet/core/wire'

/** The load of the consortium benchmark: half transfers, half settlements of sessions, signed before anything is measured. */

/** Nodes that order together, all on this machine. */
export const VALIDATORS = 4
export const LID = 'bench-consortium'
export const ASSET = 'credit'
/** Enough that nobody runs dry in a run. */
export const BALANCE = '1000000000000'
/** DER of an Ed25519 private key up to the seed (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const EXPIRES_S = 590
/** Accounts that sign, per validator: more than are under way, so that one account's vouchers come in order. */
const SIGNERS = 5_000
/**
 * A node settles a session when 1 credit is promised and not settled (its default). A round of 50 MiB at 0.2 credits per
 * GiB costs 10,000 micro-credits, so that one settlement carries 100 rounds.
 */
export const ROUNDS_PER_SETTLEMENT = 100
const OWED_PER_SETTLEMENT = 1_000_000n
const BYTES_PER_SETTLEMENT = 100 * 50 * 2 ** 20

/** Somebody who signs. */
export interface Account {
  readonly did: string
  readonly signer: Signer
}

/** The same for the same name. */
export function account(name: string): Account {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, hash('sha256', name, 'buffer')]),
    format: 'der',
    type: 'pkcs8',
  })
  const did = encodeDidKey(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url'))
  return { did, signer: { kid: didKeyUrl(did), sign: input => sign(null, Buffer.from(input, 'latin1'), key) } }
}

const accountOf = (part: number, i: number) => account(`bench ${part} ${i}`)

/** First state: every signing account is funded, and the given keys validate. */
export function benchGenesis(validatorKeys: readonly string[]): Genesis {
  const owners = validatorKeys.flatMap((_, part) => Array.from({ length: SIGNERS }, (_, i) => accountOf(part, i).did))
  return {
    lid: LID,
    timeMs: Date.now(),
    assets: [{ id: ASSET, issuer: owners[0] ?? '', decimals: 6 }],
    accounts: owners.map(owner => ({ owner, asset: ASSET, amount: BALANCE })),
    validators: validatorKeys.map((publicKey, i) => ({ owner: owners[i * SIGNERS] ?? '', publicKey, power: 10 })),
  }
}

/** Signs so many transactions for each validator to submit, in a thread per part. */
export function signedParts(parts: number, txs: number): Promise<string[][]> {
  const sign = (part: number) =>
    new Promise<string[]>((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { part, txs } })
      worker.once('message', resolve)
      worker.once('error', reject)
    })
  return Promise.all(Array.from({ length: parts }, (_, part) => sign(part)))
}

function makePart(part: number, txs: number): string[] {
  const accounts = Array.from({ length: Math.min(SIGNERS, Math.ceil(txs / 2)) }, (_, i) => accountOf(part, i))
  const exp = Math.floor(Date.now() / 1000) + EXPIRES_S
  return Array.from({ length: txs }, (_, i) => {
    const at = (i >>> 1) % accounts.length
    const from = accounts[at]
    const to = accounts[(at * 31 + 7) % accounts.length]
    if (from === undefined || to === undefined) throw new Error('a part needs accounts')
    const turn = Math.floor((i >>> 1) / accounts.length) + 1
    return i % 2 === 0 ? transfer(from, to.did, exp, `${part}/${i}`) : settlement(from, to.did, turn)
  })
}

/** @param id - another one makes another transaction */
export function transfer({ signer }: Account, to: string, exp: number, id: string): string {
  const nonce = hash('sha256', id, 'buffer').subarray(0, 16).toString('base64url')
  const body = { asset: ASSET, to, amount: '7' }
  return signEnvelope('conet-tx+jwt', { lid: LID, exp, nonce, type: 'accounts/transfer', body }, signer)
}

function settlement({ did, signer }: Account, provider: string, turn: number): string {
  const sid = hash('sha256', `session ${did}`, 'hex').slice(0, 32)
  const round = turn * ROUNDS_PER_SETTLEMENT
  const payload = {
    ...{ lid: LID, sid, client: did, provider, asset: ASSET, round },
    owed: (BigInt(turn) * OWED_PER_SETTLEMENT).toString(),
    bytes: String(turn * BYTES_PER_SETTLEMENT),
    statement: hash('sha256', `statement ${did} ${turn}`, 'hex'),
    shares: [],
  }
  return signEnvelope('conet-voucher+jwt', payload, signer)
}

if (parentPort !== null) {
  const { part, txs } = workerData as { part: number; txs: number }
  parentPort.postMessage(makePart(part, txs))
}
