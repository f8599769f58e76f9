import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commitKey, conetKid, type DidState, encodeMultikey, type KeySigner, sha256 } from '../../../identity/index.js'
import { decodeEnvelope, signEnvelope } from '../../../wire/index.js'
import * as accounts from '../accounts/index.js'
import { drive, person, START_MS } from '../testing/drive.js'
import { IDENTITY_CODES, identityModule } from './index.js'

const multikey = (n: number) => encodeMultikey(person(n).publicKey)
const commitment = (n: number) => commitKey(person(n).publicKey)
const as = (did: string, n: number): KeySigner => person(n, key => conetKid(did, encodeMultikey(key)))
const inception = (keys: number[], next: number[]) => ({
  keys: keys.map(multikey),
  next: next.map(commitment),
  services: [],
})

function incepted(keys = [1, 2], next = [3], params = {}) {
  const ledger = drive([identityModule({ fees: accounts }), accounts.accountsModule], { identity: params })
  const result = ledger.run('identity/incept', inception(keys, next), person(keys[0] ?? 0))
  expect(result.code).toBe('OK')
  return { ledger, did: String(result.events[0]?.did) }
}

describe('module identity', () => {
  it('makes a DID whose event carries the whole document, and refuses it a second time', () => {
    const { ledger, did } = incepted()
    expect(did).toMatch(/^did:conet:demo:Qm/)
    expect(ledger.run('identity/incept', inception([1, 2], [3]), person(2)).code).toBe('DID_EXISTS')
    const [state] = ledger.app.query('identity/history', { did }) as DidState[]
    expect(state).toMatchObject({ did, version: 1, keys: [multikey(1), multikey(2)], createdMs: START_MS + 1 })
  })

  it('lets the keys of the moment sign and no others (IDN-30)', () => {
    const { ledger, did } = incepted()
    const update = (version: number, n: number) =>
      ledger.run('identity/update', { did, version, services: [] }, as(did, n)).code
    expect(update(2, 1)).toBe('OK')
    expect(update(3, 3)).toBe('SIGNER_REVOKED')
    const rotation = { did, version: 3, keys: [multikey(3)], next: [commitment(4)] }
    expect(ledger.run('identity/rotate', rotation, person(3)).code).toBe('OK')
    expect(update(4, 1)).toBe('SIGNER_REVOKED')
    expect(update(4, 3)).toBe('OK')
    expect(update(5, 3)).toBe('OK')
    const history = ledger.app.query('identity/history', { did }) as DidState[]
    expect(ledger.app.query('identity/current', { did })).toEqual(history.at(-1))
    expect(ledger.app.query('identity/current', { did: 'did:conet:demo:none' })).toBeUndefined()
    expect(ledger.run('identity/deactivate', { did, version: 6 }, as(did, 3)).code).toBe('OK')
    expect(update(7, 3)).toBe('SIGNER_REVOKED')
  })

  it('does not know a signer that was never incepted, nor a key off the curve', () => {
    const { ledger, did } = incepted()
    const stranger = did.replace(/.$/, last => (last === '1' ? '2' : '1'))
    expect(ledger.run('identity/deactivate', { did, version: 2 }, as(stranger, 1)).code).toBe('SIGNER_UNKNOWN')
    const smallOrder = person(1, () => {
      const key = encodeMultikey(new Uint8Array(32))
      return `did:key:${key}#${key}`
    })
    expect(ledger.run('identity/deactivate', { did, version: 2 }, smallOrder).code).toBe('SIGNER_UNKNOWN')
  })

  it('lets a controller act, and stops at the limit of versions except for the end', () => {
    const { ledger, did } = incepted([1], [], { maxVersions: 2 })
    const controller = person(9)
    const update = (version: number) => ({ did, version, services: [], controller: controller.did })
    expect(ledger.run('identity/update', update(2), controller).code).toBe('NOT_CONTROLLER')
    expect(ledger.run('identity/update', update(2), as(did, 1)).code).toBe('OK')
    expect(ledger.run('identity/update', update(3), controller).code).toBe('VERSIONS_EXHAUSTED')
    expect(ledger.run('identity/deactivate', { did, version: 3 }, controller).code).toBe('OK')
  })

  it('resolves by version and time', () => {
    const { ledger, did } = incepted()
    ledger.run('identity/revoke', { did, version: 2, key: multikey(2) }, as(did, 1), START_MS + 60_000)
    const methods = (args: object) => {
      const result = ledger.app.query('identity/resolve', { did, ...args }) as {
        didDocument: { verificationMethod: unknown[] } | null
      }
      return result.didDocument?.verificationMethod.length
    }
    expect(methods({})).toBe(1)
    expect(methods({ versionId: '1' })).toBe(2)
    expect(methods({ versionTime: '2023-11-14T22:13:59Z' })).toBe(2)
    expect(methods({ versionTime: '2023-11-14T22:14:20Z' })).toBe(1)
    expect(methods({ versionTime: '2020-01-01T00:00:00Z' })).toBeUndefined()
    expect(() => ledger.app.query('identity/resolve', { did: 7 })).toThrow(/did must be a text/)
  })

  it('gives a bounded number away each hour, and asks for a fee beyond (IDN-32)', () => {
    const modules = [identityModule({ fees: accounts }), accounts.accountsModule]
    const assets = [{ id: 'credit', issuer: person(20).did, decimals: 6 }]
    const owners = [person(3).did, 'did:conet:demo:QmVMVWvPEsqv2JeZ2qXuUbnKj6MQC3bRUGJn7sKpyHrZ4d']
    const accountsOf = owners.map(owner => ({ owner, asset: 'credit', amount: '15' }))
    const params = { identity: { freePerHour: 2, freeVersions: 1, fee: 10 } }
    const ledger = drive(modules, params, { assets, accounts: accountsOf })
    const incept = (n: number, at?: number) => ledger.run('identity/incept', inception([n], [n + 50]), person(n), at)
    const has = (owner: string) => ledger.app.query('accounts/balance', { owner, asset: 'credit' })
    const first = incept(1)
    expect([first.code, incept(2).code]).toEqual(['OK', 'OK'])
    expect(incept(4).code).toBe('BALANCE_SHORT')
    expect(incept(3).events.map(event => event.type)).toEqual(['identity/incepted', 'accounts/transferred'])
    expect(has(person(3).did)).toMatchObject({ balance: '5' })
    expect(has(person(20).did)).toMatchObject({ balance: '10' })
    const nextHour = START_MS + 3_600_000
    expect(incept(4, nextHour).code).toBe('OK')
    // Versions beyond the free ones are paid by the DID itself; taking a key away is never charged.
    const did = String(first.events[0]?.did)
    const rotation = { did, version: 2, keys: [multikey(51)], next: [] }
    expect(ledger.run('identity/rotate', rotation, person(51)).code).toBe('BALANCE_SHORT')
    ledger.run('accounts/transfer', { asset: 'credit', to: did, amount: '5' }, person(3))
    ledger.run('accounts/transfer', { asset: 'credit', to: did, amount: '10' }, person(20))
    expect(ledger.run('identity/rotate', rotation, person(51)).code).toBe('OK')
    expect(has(did)).toMatchObject({ balance: '5' })
    expect(ledger.run('identity/deactivate', { did, version: 3 }, as(did, 51)).code).toBe('OK')
  })

  it('takes vouchers of a rotated key for a while, and of no other (IDN-33)', () => {
    const { ledger, did } = incepted([1, 2], [3], { graceMs: 60_000 })
    const voucher = (n: number) => signEnvelope('conet-voucher+jwt', { lid: 'demo' }, as(did, n))
    // No module of this ledger takes vouchers, so what is asked is the key alone.
    const keyOf = (n: number, kind: 'conet-voucher+jwt' | 'conet-tx+jwt' = 'conet-voucher+jwt') => {
      const envelope = decodeEnvelope(voucher(n), { sha256 })
      if (!envelope.ok) throw new Error(envelope.code)
      const header = { ...envelope.value.header, typ: kind }
      return ledger.app.signerKey({ ...envelope.value, header }) !== undefined
    }
    expect(ledger.run('identity/revoke', { did, version: 2, key: multikey(2) }, as(did, 1)).code).toBe('OK')
    expect([keyOf(1), keyOf(2), keyOf(3)]).toEqual([true, false, false])
    const rotation = { did, version: 3, keys: [multikey(3)], next: [commitment(4)] }
    expect(ledger.run('identity/rotate', rotation, person(3), START_MS + 10_000).code).toBe('OK')
    expect([keyOf(1), keyOf(2), keyOf(3)]).toEqual([true, false, true])
    expect(keyOf(1, 'conet-tx+jwt')).toBe(false)
    ledger.run('identity/rotate', { did, version: 4, keys: [multikey(4)], next: [] }, person(4), START_MS + 30_000)
    expect([keyOf(1), keyOf(3), keyOf(4)]).toEqual([true, true, true])
    ledger.pass(START_MS + 70_000)
    expect([keyOf(1), keyOf(3)]).toEqual([false, true])
    const stolen = { did, version: 5, key: multikey(3) }
    expect(ledger.run('identity/revoke', stolen, person(9)).code).toBe('NOT_CONTROLLER')
    expect(ledger.run('identity/revoke', stolen, as(did, 4)).events).toEqual([
      { type: 'identity/grace_ended', did, key: multikey(3) },
    ])
    expect(keyOf(3)).toBe(false)
    expect(ledger.run('identity/revoke', stolen, as(did, 4)).code).toBe('KEY_UNKNOWN')
    expect(ledger.app.query('identity/current', { did })).toMatchObject({ version: 4 })
  })

  it('ends a grace at its time, even while the due-queue is behind (IDN-33)', () => {
    const modules = [identityModule({ fees: accounts }), accounts.accountsModule]
    const ledger = drive(modules, { identity: { graceMs: 60_000 }, machine: { duePerBlock: 1 } })
    const dids = [1, 2].map(n => {
      const made = ledger.run('identity/incept', inception([n], [n + 10]), person(n), START_MS + 1_000)
      const did = String(made.events[0]?.did)
      const rotation = { did, version: 2, keys: [multikey(n + 10)], next: [] }
      expect(ledger.run('identity/rotate', rotation, person(n + 10), START_MS + 1_000).code).toBe('OK')
      return did
    })
    const taken = () =>
      dids.map((did, i) => {
        const envelope = decodeEnvelope(signEnvelope('conet-voucher+jwt', { lid: 'demo' }, as(did, i + 1)), { sha256 })
        return envelope.ok && ledger.app.signerKey(envelope.value) !== undefined
      })
    expect(taken()).toEqual([true, true])
    ledger.pass(START_MS + 61_000)
    expect(ledger.records('identity')).toContain('identity/retired/')
    expect(taken()).toEqual([false, false])
    const [late = ''] = dids.filter(did => ledger.records('identity').includes(`identity/retired/${did}`))
    const n = dids.indexOf(late) + 1
    expect(ledger.run('identity/revoke', { did: late, version: 3, key: multikey(n) }, as(late, n + 10)).code).toBe(
      'KEY_UNKNOWN',
    )
  })

  it('ends every grace with the DID', () => {
    const { ledger, did } = incepted([1], [3])
    ledger.run('identity/rotate', { did, version: 2, keys: [multikey(3)], next: [] }, person(3))
    expect(ledger.records('identity')).toContain('identity/retired/')
    ledger.run('identity/deactivate', { did, version: 3 }, as(did, 3))
    expect(ledger.records('identity')).not.toContain('identity/retired/')
  })

  it('changes nothing when it refuses, whatever is sent', () => {
    const { ledger, did } = incepted()
    const version = fc.integer({ min: 1, max: 4 })
    const n = fc.integer({ min: 1, max: 5 })
    const bodies = fc.oneof(
      fc.record({
        type: fc.constant('rotate'),
        version,
        keys: fc.array(n.map(multikey)),
        next: fc.array(n.map(commitment)),
      }),
      fc.record({ type: fc.constant('revoke'), version, key: n.map(multikey) }),
      fc.record({ type: fc.constant('deactivate'), version, extra: fc.option(fc.string(), { nil: undefined }) }),
    )
    let refused = 0
    fc.assert(
      fc.property(bodies, n, fc.boolean(), ({ type, ...body }, by, asKey) => {
        const before = ledger.records('identity')
        const result = ledger.run(`identity/${type}`, { did, ...body }, asKey ? person(by) : as(did, by))
        if (result.code === 'OK') return
        refused++
        expect(Object.hasOwn(IDENTITY_CODES, result.code) || result.code.startsWith('SIGNER_')).toBe(true)
        expect(ledger.records('identity')).toBe(before)
      }),
      { numRuns: 60 },
    )
    expect(refused).toBeGreaterThan(0)
  })
})
