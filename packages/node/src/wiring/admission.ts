import type { Bytes, UnixMillis } from '@conet/core/units'
import type { Announcer } from '../owner/index.js'
import { admit, DayMeter, type PolicyStore } from '../policy/index.js'
import type { Admit, ProviderService } from '../provider/contract.js'

/**
 * The owner's policy as the provider asks it, with the day's count kept from the provider's own statements.
 *
 * @param wall - the owner's days are those of this clock, which may be set back; the statements' own times are not
 */
export function policyAdmission(
  policy: PolicyStore,
  announcer: () => Announcer,
  wall: () => UnixMillis,
): { admit: Admit; watch(provider: ProviderService): () => void } {
  const meter = new DayMeter()
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
          // Sessions that run side by side were each let in with all that was left: none begins another round now.
          if (reaches(policy, before, meter.today(nowMs, offset()))) provider.recheck()
        }
        if (event.type === 'cut') meter.end(event.sid)
      })
      const stopWatching = policy.onChange(() => provider.recheck())
      return () => {
        stopCounting()
        stopWatching()
      }
    },
  }
}

/** Whether the day's limit lies between two counts. */
function reaches(policy: PolicyStore, before: Bytes, now: Bytes): boolean {
  const { maxBytesPerDay } = policy.get().limits
  return maxBytesPerDay !== undefined && before < BigInt(maxBytesPerDay) && now >= BigInt(maxBytesPerDay)
}
