import { ConetError, type ErrorData } from '@conet/core/errors'
import type { TxResult } from '@conet/core/ledger'
import type { UnixMillis } from '@conet/core/units'
import { encodeBase64url, type Signer, signEnvelope } from '@conet/core/wire'
import type { Engine } from '@conet/engines'

/** Half of what the ledger allows: a clock that is off by minutes still gets through. */
const LIFE_S = 300

/** What signing and submitting needs. */
export interface TransactionPorts {
  readonly engine: Pick<Engine, 'submit' | 'genesis'>
  readonly now: () => UnixMillis
  readonly random: (size: number) => Uint8Array
}

/** Signs one transaction and submits it; resolves when it is durable or refused. */
export function submitSigned(ports: TransactionPorts, signer: Signer, type: string, body: object): Promise<TxResult> {
  const exp = Math.floor(ports.now() / 1_000) + LIFE_S
  const payload = { lid: ports.engine.genesis.lid, exp, nonce: encodeBase64url(ports.random(16)), type, body }
  return ports.engine.submit(signEnvelope('conet-tx+jwt', payload, signer))
}

/** @throws ConetError with the ledger's code if it refused */
export function accepted(result: TxResult, what: string): TxResult {
  if (result.code === 'OK') return result
  const data: ErrorData = { ...result.data, hash: result.hash }
  throw new ConetError(result.code, `the ledger refused ${what}: ${result.code}; see the data`, { data })
}
