import type { ConnectionSummary } from '@conet/client'
import type { Engine } from '@conet/engines'
import type { Consortium } from './consortium.js'
import { BYTES, ROUNDS, visit } from './visit.js'

const ASSET = 'credit'
/** Settling at close is one ledger commit; this leaves room for a slow disk. */
const SETTLE_WITHIN_MS = 15_000

/** What `conet demo --once --json` prints. Money in micro-credits; small enough here for JSON numbers. */
export interface OnceResult {
  readonly ok: boolean
  /** Request sent → first proxied byte. */
  readonly timeToServiceMs: number
  readonly rounds: number
  /** Both ways, as the visitor counted them. */
  readonly bytes: number
  readonly paid: number
  readonly settled: number
  /** Owner networks that carried the bytes. */
  readonly hops: number
  readonly appHash: string
  readonly height: number
  /** Why `ok` is false. */
  readonly faults: readonly string[]
}

interface LedgerSession {
  readonly settled: string
  readonly short: string
}

/** Plays the visit, waits for the settlement, compares bytes, vouchers and money, and stops the consortium. */
export async function once(consortium: Consortium, tell: (line: string) => void): Promise<OnceResult> {
  const { engine, visitor } = consortium
  const before = balanceOf(engine, visitor.did)
  const { summary, bodyBytes } = await visit(consortium, tell)
  const { sessions, rounds } = summary
  const bytes = summary.bytesUp + summary.bytesDown
  const paid = summary.paid[ASSET] ?? 0n
  let settled = 0n
  for (const { sid, paid: wanted } of sessions) settled += await settledAmount(engine, visitor.did, sid, wanted)
  const providerBytes = countOfProvider(consortium, sessions)
  await consortium.stop()
  // The relays of the offer, and the network behind the last of them.
  const hops = 1 + Math.min(...sessions.map(session => session.hops))
  const spent = before - balanceOf(engine, visitor.did)
  const faults = [
    ...(rounds >= ROUNDS ? [] : [`only ${rounds} rounds`]),
    ...(bodyBytes >= BYTES && bytes >= BigInt(bodyBytes) ? [] : [`${bytes} bytes counted, ${bodyBytes} came`]),
    ...(providerBytes === bytes ? [] : [`the provider counted ${providerBytes} bytes, the visitor ${bytes}`]),
    ...(paid > 0n && settled === paid ? [] : [`paid ${paid}, settled ${settled}`]),
    ...(summary.timeToServiceMs === undefined ? ['no byte came'] : []),
    ...(hops === 2 ? [] : [`${hops} networks carried the bytes`]),
    ...(spent === paid ? [] : [`paid ${paid}, but the visitor's balance fell by ${spent}`]),
  ]
  const { appHash, height } = engine.info()
  return {
    ok: faults.length === 0,
    timeToServiceMs: summary.timeToServiceMs ?? 0,
    rounds,
    bytes: Number(bytes),
    paid: Number(paid),
    settled: Number(settled),
    hops,
    appHash,
    height,
    faults,
  }
}

function balanceOf(engine: Engine, owner: string): bigint {
  const { balance } = engine.query('accounts/balance', { owner, asset: ASSET }) as { balance: string }
  return BigInt(balance)
}

function countOfProvider({ nodes }: Consortium, sessions: ConnectionSummary['sessions']): bigint {
  const views = sessions.map(({ sid }) => nodes.get('household')?.provider.get(sid))
  return views.reduce((sum, view) => sum + (view?.bytesUp ?? 0n) + (view?.bytesDown ?? 0n), 0n)
}

async function settledAmount(engine: Engine, client: string, sid: string, wanted: bigint): Promise<bigint> {
  for (const end = Date.now() + SETTLE_WITHIN_MS; ; await new Promise(done => setTimeout(done, 50))) {
    const session = engine.query('sessions/session', { client, sid }) as LedgerSession | undefined
    const settled = BigInt(session?.settled ?? 0)
    if (settled >= wanted || Date.now() > end) return settled
  }
}
