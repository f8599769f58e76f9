import type { Announcer } from '../owner/index.js'
import { admit, DayMeter, type PolicyStore } from '../policy/index.js'
import type { Admit, ProviderService } from '../provider/contract.js'

/** The owner's policy as the provider asks it, with the day's count kept from the provider's own statements. */
export function policyAdmission(
  policy: PolicyStore,
  announcer: () => Announcer,
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
        if (event.type === 'statement') meter.add(event.sid, event.bytes, event.at, offset())
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
