import { afterEach, expect, it, vi } from 'vitest'
import type { Announcer } from '../owner/index.js'
import { type PolicyStore, parsePolicy } from '../policy/index.js'
import type { AdmissionContext, ProviderEvent, ProviderService } from '../provider/contract.js'
import { type KeyValueStore, MemoryStore } from '../storage/index.js'
import { policyAdmission } from './admission.js'

const NOON = Date.UTC(2026, 10, 23, 12)

/** An admission at noon whose provider says what the test tells it to. */
function admissionOver(store: KeyValueStore, onRecheck: () => void = () => undefined) {
  const rules = parsePolicy({ limits: { maxSessions: 100, maxBytesPerDay: '1000' } })
  const policy = { get: () => rules, onChange: () => () => undefined } as unknown as PolicyStore
  const announcer = () => ({ keyOf: () => 'access' }) as unknown as Announcer
  const admission = policyAdmission(policy, announcer, () => NOON, store)
  let tell: (event: ProviderEvent) => void = () => undefined
  const onEvent = (listener: (event: ProviderEvent) => void) => {
    tell = listener
    return () => undefined
  }
  const stop = admission.watch({ onEvent, recheck: onRecheck } as unknown as ProviderService)
  const context = { client: 'did:key:z6MkA', offer: 'offer-1', openSessions: 1, at: NOON } as AdmissionContext
  // Sessions last by a clock that is never set back: after such a step it is ahead, here by a day.
  const at = NOON + 86_400_000
  const carried = (sid: string, bytes: bigint) => tell({ type: 'statement', sid, bytes, at } as ProviderEvent)
  return { admit: () => admission.admit(context), carried, stop }
}

afterEach(() => void vi.useRealTimers())

it('looks at every open session again when the day’s bytes are used, once', () => {
  const outcomes: string[] = []
  const { admit, carried } = admissionOver(new MemoryStore(), () => {
    const outcome = admit()
    outcomes.push(outcome.ok ? 'OK' : outcome.code)
  })
  carried('a', 500n)
  carried('b', 499n)
  expect(outcomes).toEqual([])
  carried('a', 600n)
  carried('b', 700n)
  expect(outcomes).toEqual(['POLICY_DAY_USED'])
})

it('remembers the day’s bytes over a restart and a crash, writing once a second at most', async () => {
  vi.useFakeTimers()
  const store = new MemoryStore()
  const put = vi.spyOn(store, 'put')
  const first = admissionOver(store)
  for (let bytes = 1n; bytes <= 400n; bytes++) first.carried('a', bytes)
  expect(put).toHaveBeenCalledTimes(0)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(put).toHaveBeenCalledTimes(1)
  // The process ends without a word; its sessions do not come back.
  const second = admissionOver(store)
  expect(second.admit()).toMatchObject({ value: { bytesLeft: 600n } })
  second.carried('b', 100n)
  await second.stop()
  expect(admissionOver(store).admit()).toMatchObject({ value: { bytesLeft: 500n } })
})

it('counts on when the disk takes nothing', async () => {
  const store = new MemoryStore()
  vi.spyOn(store, 'put').mockRejectedValue(new Error('DISK_FULL'))
  const { admit, carried, stop } = admissionOver(store)
  carried('a', 100n)
  await stop()
  expect(admit()).toMatchObject({ value: { bytesLeft: 900n } })
})
