import { askRoutes, type Neighbour } from '@conet/client/chain'

const ANSWER_MS = 3_000

/** Which ledger the neighbours settle on. @throws ConetError `CARRY_NEXT_DOWN` if none answers */
export async function ledgerOf(neighbours: readonly Neighbour[]): Promise<string> {
  let failed: unknown
  for (const neighbour of neighbours) {
    try {
      return (await askRoutes(neighbour, ANSWER_MS)).lid
    } catch (error) {
      failed = error
    }
  }
  throw failed
}
