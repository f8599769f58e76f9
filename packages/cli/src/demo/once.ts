import { ConetError } from '@conet/core/errors'
import type { Engine } from '@conet/engines'
import type { Consortium } from './consortium.js'
import { visit } from './visit.js'

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
  const [session] = summary.sessions
  if (session === undefined) throw new ConetError('OFFLINE', 'the visit had no session')
  const settled = await settledAmount(engine, visitor.did, session.sid, session.paid)
  const providerCount = countOfProvider(consortium, session.sid)
  await consortium.stop()
  const bytes = session.bytesUp + session.bytesDown
  const faults = [
    ...(session.rounds >= 5 ? [] : [`only ${session.rounds} rounds`]),
    ...(bodyBytes >= 20 * 2 ** 20 && bytes >= BigInt(bodyBytes) ? [] : [`${bytes} bytes counted, ${bodyBytes} came`]),
    ...(providerCount === bytes ? [] : [`the provider counted ${providerCount} bytes, the visitor ${bytes}`]),
    ...(session.paid > 0n && settled === session.paid ? [] : [`paid ${session.paid}, settled ${settled}`]),
    ...(before - balanceOf(engine, visitor.did) === session.paid
      ? []
      : ['the visitor’s balance moved by another amount']),
  ]
  const { appHash, height } = engine.info()
  return {
    ok: faults.length === 0,
    timeToServiceMs: session.timeToServiceMs ?? Number.NaN,
    rounds: session.rounds,
    bytes: Number(bytes),
    paid: Number(session.paid),
    settled: Number(settled),
    hops: session.hops + 1,
    appHash,
    height,
    faults,
  }
}

function balanceOf(engine: Engine, owner: string): bigint {
  const { balance } = engine.query('accounts/balance', { owner, asset: ASSET }) as { balance: string }
  return BigInt(balance)
}

function countOfProvider({ nodes }: Consortium, sid: string): bigint {
  const view = nodes.get('household')?.provider.get(sid)
  return view === undefined ? -1n : view.bytesUp + view.bytesDown
}

async function settledAmount(engine: Engine, client: string, sid: string, wanted: bigint): Promise<bigint> {
  for (const end = Date.now() + SETTLE_WITHIN_MS; ; await new Promise(done => setTimeout(done, 50))) {
    const session = engine.query('sessions/session', { client, sid }) as LedgerSession | undefined
    const settled = BigInt(session?.settled ?? 0)
    if (settled >= wanted || Date.now() > end) return settled
  }
}
