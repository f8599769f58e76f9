import type { CommittedBlock } from '@conet/engines'
import { expect, it } from 'vitest'
import { clientMoves } from './moves.js'

const block = (...events: object[]) => ({ result: { results: [{ events }] } }) as unknown as CommittedBlock

it('tells of closed sessions of this provider, and of whoever’s money went elsewhere', () => {
  const told: string[] = []
  const provider = {
    closedOnLedger: (client: string, sid: string) => told.push(`closed ${client} ${sid}`),
    spentOnLedger: (client: string) => told.push(`spent ${client}`),
  }
  const moved = clientMoves(provider, 'did:me')
  moved(block({ type: 'sessions/closed', provider: 'did:me', client: 'did:a', sid: '1' }))
  moved(block({ type: 'sessions/closed', provider: 'did:you', client: 'did:a', sid: '2' }))
  moved(block({ type: 'accounts/transferred', from: 'did:b', to: 'did:c' }, { type: 'accounts/issued', to: 'did:d' }))
  moved(block({ type: 'sessions/opened', client: 'did:e', provider: 'did:you' }))
  expect(told).toEqual(['closed did:a 1', 'spent did:b', 'spent did:e'])
})
