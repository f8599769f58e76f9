import type { Did } from '@conet/core/units'
import type { CommittedBlock } from '@conet/engines'
import type { ProviderService } from '../provider/contract.js'

/**
 * Tells the provider what its clients did on the ledger: sessions they closed there, from when on it has a grace period to settle, and money that
 * they sent, burned or locked, which no longer stands behind their promises.
 */
export function clientMoves(
  provider: Pick<ProviderService, 'closedOnLedger' | 'spentOnLedger'>,
  did: Did,
): (block: CommittedBlock) => void {
  return ({ result }) => {
    for (const { events } of result.results) {
      for (const { type, provider: payee, client, sid, from } of events) {
        if (type === 'sessions/closed' && payee === did) provider.closedOnLedger(String(client), String(sid))
        if (typeof from === 'string') provider.spentOnLedger(from)
        if (type === 'sessions/opened') provider.spentOnLedger(String(client))
      }
    }
  }
}
