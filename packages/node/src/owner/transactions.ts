import { ConetError, type ErrorData } from '@conet/core/errors'
import type { TxResult } from '@conet/core/ledger'
import type { UnixMillis } from '@conet/core/units'
import { encodeBase64url, type Signer, signEnvelope } from '@conet/core/wire'
import type { Engine } from '@conet/engines'

/** Half of what the ledger allows: a clock that is off by minutes still gets through. */
export const LIFE_S = 300

/** What signing and submitting needs. */
export interface TransactionPorts {
  readonly engine: Pick<Engine, 'submit' | 'genesis'>
  readonly now: () => UnixMillis
  readonly random: (size: number) => Uint8Array
}

/** Signs one transaction, valid for five minutes. */
export function signTransaction(
  { engine, now, random }: { readonly engine: Pick<Engine, 'genesis'> } & Omit<TransactionPorts, 'engine'>,
  signer: Signer,
  type: string,
  body: object,
): string {
  const exp = Math.floor(now() / 1_000) + LIFE_S
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
  throw new ConetError(result.code, `the ledger refused ${what}: ${result.code}; see the data`, { data })
}
