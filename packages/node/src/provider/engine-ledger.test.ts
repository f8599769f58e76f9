import { ConetError } from '@conet/core/errors'
import type { Info } from '@conet/core/ledger'
import { expect, it } from 'vitest'
import { engineLedger } from './engine-ledger.js'

const NOW = 1_700_000_000_000
const ESCROW = 'cd'.repeat(16)

function ledgerAt(timeMs: number) {
  const info: Info = { lid: 'test', height: 1, timeMs, appHash: '' }
  const found = { provider: 'did:key:p', asset: 'credit', releaseMs: NOW + 60_000, amount: '7' }
  const query = (_name: string, { escrow }: Readonly<Record<string, unknown>>) => {
    if (escrow === 'bad') throw new ConetError('QUERY_MALFORMED', 'escrow must be 32 hex characters')
    return escrow === ESCROW ? found : undefined
  }
  const submit = () => Promise.reject(new Error('not here'))
  return engineLedger({ submit, query, info: () => info }, () => NOW)
}

it.each([
  ['behind', -3_000, 60_000],
  ['as far', 0, 60_000],
  ['ahead', 20_000, 40_000],
])('tells by the own clock when an escrow ends, where the time of the ledger is %s', (_, ahead, left) => {
  const escrow = ledgerAt(NOW + ahead).escrow('did:key:c', ESCROW)
  expect(escrow).toEqual({ provider: 'did:key:p', asset: 'credit', amount: 7n, expiresAt: NOW + left })
})

it.each(['ee'.repeat(16), 'bad'])('knows no escrow %s', id => {
  expect(ledgerAt(NOW).escrow('did:key:c', id)).toBeUndefined()
})
