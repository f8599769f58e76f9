import { type KeySigner, sha256, signerFromSeed, verify } from '../../../identity/index.js'
import { decodeEnvelope, encodeBase64url, encodeUtf8, signEnvelope } from '../../../wire/index.js'
import { createApplication } from '../../machine.js'
import { memoryStorage } from '../../memory.js'
import type { Module } from '../../module.js'
import type { BlockResult, Genesis, TxResult } from '../../types.js'

const LID = 'demo'

/** One second after the epoch's 1.7 billionth: where every driven ledger begins. */
export const START_MS = 1_700_000_000_000

/** A machine with the given modules, driven one transaction per block. */
export function drive(
  modules: readonly Module[],
  params: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
  funds: Pick<Genesis, 'assets' | 'accounts'> = { assets: [], accounts: [] },
) {
  const storage = memoryStorage()
  const app = createApplication({ modules, storage, sha256, verify })
  app.initGenesis({ lid: LID, timeMs: START_MS, ...funds, params })
  let nonce = 0

  const block = (timeMs: number, txs: readonly string[]): BlockResult => {
    const signed = txs.map(text => {
      const envelope = decodeEnvelope(text, { sha256 })
      if (!envelope.ok) throw new Error(envelope.code)
      return { envelope: envelope.value, verifiedWith: undefined }
    })
    const result = app.finalizeBlock({ height: app.info().height + 1, timeMs, txs: signed })
    app.commit()
    app.checkInvariants()
    return result
  }

  const sign = (type: string, body: object, signer: KeySigner, timeMs: number): string => {
    const number = encodeUtf8(String(nonce++).padStart(16, '0'))
    const exp = Math.floor(timeMs / 1000) + 60
    return signEnvelope('conet-tx+jwt', { lid: LID, exp, nonce: encodeBase64url(number), type, body }, signer)
  }

  return {
    app,
    /** Runs what is due at `timeMs` and nothing else. */
    pass: (timeMs: number) => block(timeMs, []).scheduled,
    /** Runs one transaction in its own block. */
    run: (type: string, body: object, signer: KeySigner, timeMs = app.info().timeMs + 1): TxResult => {
      const [result] = block(timeMs, [sign(type, body, signer, timeMs)]).results
      if (result === undefined) throw new Error('a block with one transaction has one result')
      return result
    },
    /** Runs a message that was signed elsewhere in its own block. @returns its code */
    send: (text: string, timeMs = app.info().timeMs + 1): string => block(timeMs, [text]).results[0]?.code ?? '',
    /** The records of one module, as text: equal text, equal state. */
    records: (module: string): string => JSON.stringify([...storage.range(`${module}/`, `${module}0`, 100_000)]),
  }
}

/** The signer number `n` of a test; the same every time. */
export function person(n: number, kid?: (publicKey: Uint8Array) => string): KeySigner {
  const seed = new Uint8Array(32).fill(n)
  const plain = signerFromSeed(seed)
  return kid === undefined ? plain : signerFromSeed(seed, kid(plain.publicKey))
}
