import { ConetError } from '@conet/core/errors'
import { expect, it } from 'vitest'
import { healthOf } from './describe.js'

it('is not well while the ledger takes nothing, and says by a code why, not by a path of this machine', () => {
  const refused = new Map<string, string>()
  const state = { ready: true, refused: () => refused }
  let trouble: Error | undefined
  const health = healthOf({ height: () => 5, readModelHeight: () => 5, state, trouble: () => trouble })
  expect(health()).toEqual({ ready: true, checks: { ledger: 'ok', readModel: 'ok', provider: 'ok', offers: 'ok' } })
  trouble = new ConetError('ENGINE_FAILED', 'block 6 of /var/lib/conet does not apply')
  expect(health()).toMatchObject({ ready: false, checks: { ledger: 'ENGINE_FAILED' } })
  trouble = new Error('EIO /dev/sda')
  expect(health()).toMatchObject({ ready: false, checks: { ledger: 'failed' } })
  trouble = undefined
  expect(health().ready).toBe(true)
  refused.set('home', 'TERMS_REFUSED')
  expect(health()).toMatchObject({ ready: true, checks: { offers: 'home: TERMS_REFUSED' } })
})
