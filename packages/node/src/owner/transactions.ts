import { ConetError, type ErrorData } from '@conet/core/errors'
import type { TxResult } from '@conet/core/ledger'
import type { UnixMillis } from '@conet/core/units'
import { encodeBase64url, type Signer, signEnvelope } from '@conet/core/wire'
import type { Engine } from '@conet/engines'

/** Half of what the ledger allows: a clock that is off by minutes still gets through. */
export const LIFE_S = 300

/** What signing and submitting needs. */
export interface TransactionPorts {
  readonly engine: Pick<Engine, 'submit' | 'genesis' | 'info'>
  readonly now: () => UnixMillis
  readonly random: (size: number) => Uint8Array
}

/**
 * Now, for what the ledger will judge by its own time. That cannot go back: while our clock is behind it (it was ahead once),
 * what is signed by our clock would be born expired.
 */
export function ledgerNow({ engine, now }: { engine: Pick<Engine, 'info'>; now: () => UnixMillis }): UnixMillis {
  return Math.max(now(), engine.info().timeMs)
}

/** Signs one transaction, valid for five minutes. */
export function signTransaction(
  ports: { readonly engine: Pick<Engine, 'genesis' | 'info'> } & Omit<TransactionPorts, 'engine'>,
  signer: Signer,
  type: string,
  body: object,
): string {
  const { engine, random } = ports
  const exp = Math.floor(ledgerNow(ports) / 1_000) + LIFE_S
  const payload = { lid: engine.genesis.lid, exp, nonce: encodeBase64url(random(16)), type, body }
  return signEnvelope('conet-tx+jwt', payload, signer)
}

/** Signs one transaction and submits it; resolves when it is durable or refused. */
export function submitSigned(ports: TransactionPorts, signer: Signer, type: string, body: object): Promise<TxResult> {
  return ports.engine.submit(signTransaction(ports, signer, type, body))
}

/** @throws ConetError with the ledger's code if it refused */
export function accepted(result: TxResult, what: string): TxResult {
  if (result.code === 'OK') return result
  const data: ErrorData = { ...result.data, hash: result.hash }
  throw new ConetError(result.code, `the ledger refused ${what}: ${result.code}; ${advice(result.code, data)}`, {
    data,
  })
}

function advice(code: string, { field, exp, blockTimeMs }: ErrorData): string {
  if (code === 'EXP_TOO_FAR' && typeof exp === 'number' && typeof blockTimeMs === 'number') {
    const minutes = Math.round(((exp - LIFE_S) * 1_000 - blockTimeMs) / 60_000)
    return `this machine's clock is ${minutes} minutes ahead of the ledger's: set the one that is wrong`
  }
  return field === undefined ? 'see the data' : `its ${field} is wrong`
}
