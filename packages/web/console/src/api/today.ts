import type { Api } from './client.js'
import type { HistoryEntry, Page, WalletView } from './types.js'

export interface Today {
  readonly earned: bigint
  readonly spent: bigint
  /** `false` when the day is longer than what was read: the sums are then lower bounds. */
  readonly whole: boolean
}

/** Entries that pay for service; transfers and escrow are not earnings. */
const SERVICE: ReadonlySet<string> = new Set(['sessions/settled', 'accounts/repaid'])
const PAGE = 100
const PAGES = 10

/** Start of the day by this device's zone. */
export function midnight(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0)
}

/** Adds up what was earned and spent for service in one asset since `since`; entries come newest first. */
export function sumService(entries: readonly HistoryEntry[], asset: string, since: number): Today {
  const counted = entries.filter(e => e.timeMs >= since && e.asset === asset && SERVICE.has(e.type))
  const sum = (direction: HistoryEntry['direction']) =>
    counted.filter(e => e.direction === direction).reduce((total, e) => total + BigInt(e.amount), 0n)
  return { earned: sum('in'), spent: sum('out'), whole: true }
}

/** The node's own figures if it reports them, else the sums over today's history, at most a thousand entries. */
export async function readToday(api: Api, now: number, signal?: AbortSignal): Promise<Today> {
  const wallet = await api.get<WalletView>('/v1/wallet', {}, signal)
  if (wallet.today !== undefined)
    return { earned: BigInt(wallet.today.earned), spent: BigInt(wallet.today.spent), whole: true }
  const since = midnight(now)
  const path = `/v1/accounts/${encodeURIComponent(wallet.did)}/history`
  const entries: HistoryEntry[] = []
  let cursor: string | undefined
  for (let read = 0; read < PAGES; read += 1) {
    const page = await api.get<Page<HistoryEntry>>(path, { limit: PAGE, cursor }, signal)
    entries.push(...page.items)
    cursor = page.next ?? undefined
    if (cursor === undefined || (page.items.at(-1)?.timeMs ?? 0) < since) {
      cursor = undefined
      break
    }
  }
  const asset = wallet.balances[0]?.asset ?? 'credit'
  return { ...sumService(entries, asset, since), whole: cursor === undefined }
}
