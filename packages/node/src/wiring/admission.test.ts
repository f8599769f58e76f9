import { expect, it } from 'vitest'
import type { Announcer } from '../owner/index.js'
import { type PolicyStore, parsePolicy } from '../policy/index.js'
import type { AdmissionContext, ProviderEvent, ProviderService } from '../provider/contract.js'
import { policyAdmission } from './admission.js'

const NOON = Date.UTC(2026, 10, 23, 12)

it('looks at every open session again when the day’s bytes are used, once', () => {
  const rules = parsePolicy({ limits: { maxSessions: 100, maxBytesPerDay: '1000' } })
  const policy = { get: () => rules, onChange: () => () => undefined } as unknown as PolicyStore
  const admission = policyAdmission(
    policy,
    () => ({ keyOf: () => 'access' }) as unknown as Announcer,
    () => NOON,
  )
  let tell: (event: ProviderEvent) => void = () => undefined
  const outcomes: string[] = []
  const context = { client: 'did:key:z6MkA', offer: 'offer-1', openSessions: 1, at: NOON } as AdmissionContext
  const recheck = () => {
    const outcome = admission.admit(context)
    outcomes.push(outcome.ok ? 'OK' : outcome.code)
  }
  const onEvent = (listener: (event: ProviderEvent) => void) => {
    tell = listener
    return () => undefined
  }
  admission.watch({ onEvent, recheck } as unknown as ProviderService)
  // Sessions last by a clock that is never set back: after such a step it is ahead, here by a day.
  const at = NOON + 86_400_000
  const carried = (sid: string, bytes: bigint) => tell({ type: 'statement', sid, bytes, at } as ProviderEvent)
  carried('a', 500n)
  carried('b', 499n)
  expect(outcomes).toEqual([])
  carried('a', 600n)
  carried('b', 700n)
  expect(outcomes).toEqual(['POLICY_DAY_USED'])
})
