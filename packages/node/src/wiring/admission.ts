import type { Bytes, UnixMillis } from '@conet/core/units'
import type { Announcer } from '../owner/index.js'
import { admit, DayMeter, type PolicyStore } from '../policy/index.js'
import type { Admit, ProviderService } from '../provider/contract.js'
import type { KeyValueStore } from '../storage/index.js'

/** Key of the day's count in the provider's store. */
const DAY_KEY = 'day'
/** The count is stored this often at most: thousands of statements may come in a second, and a crash forgets no more than this. */
const KEEP_MS = 1_000

/**
 * The owner's policy as the provider asks it, with the day's count kept from the provider's own statements.
 *
 * @param wall - the owner's days are those of this clock, which may be set back; the statements' own times are not
 * @param store - keeps the day's count over restarts
 */
export function policyAdmission(
  policy: PolicyStore,
  announcer: () => Announcer,
  wall: () => UnixMillis,
  store: KeyValueStore,
): { admit: Admit; watch(provider: ProviderService): () => Promise<void> } {
  const meter = new DayMeter(store.get(DAY_KEY))
  const keeper = new Keeper(() => store.put([[DAY_KEY, meter.kept]]))
  const offset = () => policy.get().hours.utcOffsetMinutes
  return {
    admit: context => {
      const { client, openSessions, at: nowMs } = context
      const offerKey = announcer().keyOf(context.offer) ?? ''
      return admit(policy.get(), { client, offerKey, nowMs, openSessions, bytesToday: meter.today(nowMs, offset()) })
    },
    watch: provider => {
      const stopCounting = provider.onEvent(event => {
        if (event.type === 'statement') {
          const nowMs = wall()
          const before = meter.today(nowMs, offset())
          meter.add(event.sid, event.bytes, nowMs, offset())
          keeper.soon()
          // Sessions that run side by side were each let in with all that was left: none begins another round now.
          if (reaches(policy, before, meter.today(nowMs, offset()))) provider.recheck()
        }
        if (event.type === 'cut') meter.end(event.sid)
      })
      const stopWatching = policy.onChange(() => provider.recheck())
      return () => {
        stopCounting()
        stopWatching()
        return keeper.end()
      }
    },
  }
}

/** Calls `keep` soon after something changed, and at the end. A failing disk must not stop the counting: the next time stores it all. */
class Keeper {
  readonly #keep: () => Promise<void>
  #timer: NodeJS.Timeout | undefined

  constructor(keep: () => Promise<void>) {
    this.#keep = () => keep().catch(() => undefined)
  }

  soon(): void {
    this.#timer ??= setTimeout(() => void this.end(), KEEP_MS).unref()
  }

  async end(): Promise<void> {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#keep()
  }
}

/** Whether the day's limit lies between two counts. */
function reaches(policy: PolicyStore, before: Bytes, now: Bytes): boolean {
  const { maxBytesPerDay } = policy.get().limits
  return maxBytesPerDay !== undefined && before < BigInt(maxBytesPerDay) && now >= BigInt(maxBytesPerDay)
}
