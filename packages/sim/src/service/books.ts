import { InvariantError } from '@conet/core/errors'
import { sha256 } from '@conet/core/identity'
import { type Application, createApplication, memoryStorage, type SignedTx } from '@conet/core/ledger'
import { checkTermsBy, ledgerModules } from '@conet/core/ledger/modules'
import { SERVICE_TYPES } from '@conet/core/services'
import type { Amount, UnixMillis } from '@conet/core/units'
import { encodeBase64url } from '@conet/core/wire'
import { type Party, readEnvelope } from './party.js'

export const ASSET = 'credit'
export const LID = 'sim'

/** What the ledger did in a run. */
export interface BookTotals {
  readonly blocks: number
  readonly settlements: number
  readonly transfers: number
  /** Refusals by code; settlements that bring nothing new are among them. */
  readonly refused: Readonly<Record<string, number>>
  readonly appHash: string
}

/** The ledger's longest validity: blocks are closer together. */
const LIFE_S = 600

/** The real ledger application over memory; every block's invariants are checked. */
export class Books {
  readonly #app: Application
  readonly #waiting: SignedTx[] = []
  readonly #refused = new Map<string, number>()
  #nonce = 0
  #settlements = 0
  #transfers = 0

  /**
   * @param operator - issues the asset and owns `treasury`: users are funded and sharers are rewarded from it
   * @param startMs - time of the first block
   */
  constructor(
    private readonly operator: Party,
    treasury: Amount,
    startMs: UnixMillis,
  ) {
    const modules = ledgerModules(checkTermsBy(SERVICE_TYPES))
    this.#app = createApplication({ modules, storage: memoryStorage(), sha256 })
    this.#app.initGenesis({
      lid: LID,
      timeMs: startMs,
      assets: [{ id: ASSET, issuer: operator.did, decimals: 6 }],
      accounts: [{ owner: operator.did, asset: ASSET, amount: treasury.toString() }],
    })
  }

  /** Brings a voucher: a settlement. @param client - whose promise it is */
  settle(text: string, client: Party): void {
    this.#waiting.push({ envelope: readEnvelope(text), verifiedWith: client.publicKey })
  }

  /** The operator pays. Nothing happens for 0. */
  transfer(to: string, amount: Amount, nowMs: UnixMillis): void {
    if (amount === 0n) return
    const nonce = new Uint8Array(16)
    new DataView(nonce.buffer).setUint32(12, ++this.#nonce)
    const payload = {
      lid: LID,
      exp: Math.floor(nowMs / 1_000) + LIFE_S,
      nonce: encodeBase64url(nonce),
      type: 'accounts/transfer',
      body: { asset: ASSET, to, amount: amount.toString() },
    }
    const { text } = this.operator.seal('conet-tx+jwt', payload)
    this.#waiting.push({ envelope: readEnvelope(text), verifiedWith: this.operator.publicKey })
  }

  /** Makes a block of everything that waits, if anything does, and checks every invariant. @throws {InvariantError} */
  block(timeMs: UnixMillis): void {
    if (this.#waiting.length === 0) return
    const txs = this.#waiting.splice(0)
    const { results } = this.#app.finalizeBlock({ height: this.#app.info().height + 1, timeMs, txs })
    this.#app.commit()
    this.#app.checkInvariants()
    results.forEach(({ code }, i) => {
      const isTransfer = txs[i]?.envelope.header.typ === 'conet-tx+jwt'
      if (code !== 'OK') this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1)
      else if (isTransfer) this.#transfers++
      else this.#settlements++
      if (isTransfer && code !== 'OK')
        throw new InvariantError('sim/books', `a transfer of the operator was refused: ${code}`)
    })
  }

  /** Free balance and debt. */
  account(did: string): { readonly balance: Amount; readonly debt: Amount } {
    const { balance, debt } = this.#app.query('accounts/balance', { owner: did, asset: ASSET }) as Record<
      string,
      string
    >
    return { balance: BigInt(balance ?? '0'), debt: BigInt(debt ?? '0') }
  }

  /** Sum of everything issued: never changes in a run. */
  supply(): Amount {
    return BigInt(String(this.#app.query('accounts/supply', { asset: ASSET })))
  }

  totals(): BookTotals {
    const { height, appHash } = this.#app.info()
    return {
      blocks: height,
      settlements: this.#settlements,
      transfers: this.#transfers,
      refused: Object.fromEntries([...this.#refused].sort(([a], [b]) => (a < b ? -1 : 1))),
      appHash,
    }
  }
}
