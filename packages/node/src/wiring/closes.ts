import type { Did } from '@conet/core/units'
import type { CommittedBlock } from '@conet/engines'
import type { ProviderService } from '../provider/contract.js'

/** Tells the provider of sessions that their clients closed on the ledger: from then on it has a grace period to settle. */
export function clientCloses(
  provider: Pick<ProviderService, 'closedOnLedger'>,
  did: Did,
): (block: CommittedBlock) => void {
  return ({ result }) => {
    for (const { events } of result.results) {
      for (const { type, provider: payee, client, sid } of events) {
        if (type !== 'sessions/closed' || payee !== did) continue
        provider.closedOnLedger(String(client), String(sid))
      }
    }
  }
}
