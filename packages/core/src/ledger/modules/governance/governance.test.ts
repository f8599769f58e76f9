import { describe, expect, it } from 'vitest'
import { sha256, verify } from '../../../identity/index.js'
import { replayLedger } from '../../replay.js'
import { genesisOf, type Name, TestLedger, who } from '../../testing/index.js'
import { allModules } from '../../testing/modules.js'
import { apply } from './apply.js'
import { addressOf } from './electorate.js'
import { consortiumOf, FOUR, keyOf, TestConsortium } from './testing.js'

const four = (params = {}) => new TestConsortium(consortiumOf(FOUR, params))
const didOf = (name: Name) => who[name].did
const codes = (events: readonly { type: string }[]) => events.map(event => event.type.replace('governance/', ''))
const set = (name: Name, power: number, owner: Name = name) => ({ owner: didOf(owner), publicKey: keyOf(name), power })
const WEEK_MS = 7 * 86_400_000

describe('founding', () => {
  it('makes members of the owners of validators and of those named besides', () => {
    const ledger = new TestConsortium(consortiumOf({ issuer: 3, client: 4, other: 0 }))
    expect(ledger.ask('members')).toEqual(
      [
        { did: didOf('issuer'), sinceMs: ledger.timeMs, power: 3 },
        { did: didOf('client'), sinceMs: ledger.timeMs, power: 4 },
        { did: didOf('other'), sinceMs: ledger.timeMs, power: 0 },
      ].sort((a, b) => (a.did < b.did ? -1 : 1)),
    )
    expect(ledger.ask('rules')).toMatchObject({ members: 3, validators: 2, power: 7, ordered: true })
    expect(ledger.ask('member', { did: didOf('relay') })).toBeUndefined()
  })

  it('leaves a ledger without members as it was, and nobody decides there', () => {
    const ledger = new TestLedger(genesisOf({}))
    expect([...ledger.storage.range('governance/', 'governance0', 10)]).toEqual([])
    expect(ledger.do('client', 'governance/propose', { subject: 'admit', member: didOf('other') }).code).toBe(
      'NO_CONSORTIUM',
    )
    expect(ledger.do('client', 'governance/apply', { note: '' }).code).toBe('NO_CONSORTIUM')
    expect(ledger.app.query('governance/members', {})).toEqual([])
  })
})

describe('proposals', () => {
  it('admits with more than two thirds, in the block of the vote that decides', () => {
    const ledger = four()
    const admit = { member: didOf('other') }
    expect(codes(ledger.propose('issuer', 'admit', admit).events)).toEqual(['proposed'])
    expect(codes(ledger.vote('client', 1).events)).toEqual(['voted'])
    expect(ledger.ask('proposal', { id: 1 })).toMatchObject({
      status: 'open',
      tally: { yes: '20', no: '0', abstain: '0', all: '40' },
    })
    expect(codes(ledger.vote('relay', 1).events)).toEqual(['voted', 'passed', 'admitted'])
    expect(ledger.ask('member', { did: didOf('other') })).toMatchObject({ power: 0 })
    expect(ledger.ask('proposals')).toMatchObject([{ id: 1, status: 'passed', tally: { yes: '30', all: '40' } }])
  })

  it('is rejected as soon as it can no longer pass', () => {
    const ledger = four()
    ledger.propose('issuer', 'admit', { member: didOf('other') })
    expect(codes(ledger.vote('client', 1, 'no').events)).toEqual(['voted'])
    expect(codes(ledger.vote('relay', 1, 'abstain').events)).toEqual(['voted', 'rejected'])
    expect(ledger.vote('provider', 1).code).toBe('PROPOSAL_CLOSED')
  })

  it('ends by itself, and is forgotten later with its votes', () => {
    const ledger = four({ governance: { keepMs: 5000 } })
    ledger.propose('issuer', 'admit', { member: didOf('other') })
    expect(codes(ledger.block([], WEEK_MS).scheduled)).toEqual(['rejected'])
    expect(ledger.vote('client', 1).code).toBe('PROPOSAL_CLOSED')
    ledger.block([], 6000)
    expect(ledger.vote('client', 1).code).toBe('PROPOSAL_UNKNOWN')
    expect([...ledger.storage.range('governance/vote/', 'governance/vote0', 10)]).toEqual([])
  })

  it('takes no vote past the end, even while the due-queue is behind', () => {
    const ledger = four({ machine: { duePerBlock: 1 } })
    ledger.propose('issuer', 'admit', { member: didOf('other') })
    ledger.propose('client', 'remove', { member: didOf('relay') })
    const at = ledger.timeMs + WEEK_MS
    ledger.timeMs = at
    const block = ledger.block([ledger.tx('relay', 'governance/vote', { id: 2, choice: 'no' })], 0)
    expect(block.results[0]?.code).toBe('PROPOSAL_CLOSED')
    expect(ledger.ask('proposal', { id: 2 })).toMatchObject({ status: 'open' })
    ledger.block([])
    expect(ledger.ask('proposal', { id: 2 })).toMatchObject({ status: 'rejected', tally: { yes: '10' } })
  })

  it.each([
    ['NOT_MEMBER', 'other', 'propose', { subject: 'admit', member: didOf('other') }],
    ['NOT_MEMBER', 'other', 'vote', { id: 1, choice: 'yes' }],
    ['NOT_MEMBER', 'other', 'leave', {}],
    ['VOTED_ALREADY', 'issuer', 'vote', { id: 1, choice: 'yes' }],
    ['VOTED_ALREADY', 'issuer', 'vote', { id: 1, choice: 'no' }],
    ['PROPOSAL_UNKNOWN', 'issuer', 'vote', { id: 9, choice: 'yes' }],
    ['PAYLOAD_MALFORMED', 'issuer', 'vote', { id: 0, choice: 'yes' }],
    ['PAYLOAD_MALFORMED', 'issuer', 'vote', { id: 1, choice: 'maybe' }],
    ['NOT_PROPOSER', 'client', 'withdraw', { id: 1 }],
    ['PROPOSAL_UNKNOWN', 'client', 'withdraw', { id: 2 }],
    ['PROPOSAL_EXISTS', 'client', 'propose', { subject: 'admit', member: didOf('other') }],
    ['SUBJECT_UNKNOWN', 'client', 'propose', { subject: 'toString' }],
    ['SUBJECT_UNKNOWN', 'client', 'propose', { subject: 'war' }],
    ['PAYLOAD_MALFORMED', 'client', 'propose', {}],
    ['PAYLOAD_MALFORMED', 'client', 'propose', { subject: 'admit', member: 'me' }],
    ['PAYLOAD_MALFORMED', 'client', 'propose', { subject: 'admit', member: didOf('other'), extra: 1 }],
    ['ALREADY_MEMBER', 'client', 'propose', { subject: 'admit', member: didOf('relay') }],
    ['MEMBER_UNKNOWN', 'client', 'propose', { subject: 'remove', member: didOf('other') }],
    ['MEMBER_UNKNOWN', 'client', 'propose', { subject: 'validator', ...set('other', 5) }],
    ['VALIDATOR_TAKEN', 'client', 'propose', { subject: 'validator', ...set('relay', 5, 'client') }],
    ['VALIDATOR_UNKNOWN', 'client', 'propose', { subject: 'validator', ...set('other', 0, 'client') }],
    ['NOTHING_NEW', 'client', 'propose', { subject: 'validator', ...set('relay', 10) }],
    ['PAYLOAD_MALFORMED', 'client', 'propose', { subject: 'validator', ...set('relay', 1.5) }],
    ['PAYLOAD_MALFORMED', 'client', 'propose', { subject: 'validator', ...set('relay', 1e9 + 1) }],
    ['KEY_REFUSED', 'client', 'propose', { subject: 'validator', ...set('relay', 5), publicKey: '0'.repeat(64) }],
    ['MODULE_UNKNOWN', 'client', 'propose', { subject: 'params', module: 'weather', changes: { a: 1 } }],
    ['PARAMS_MALFORMED', 'client', 'propose', { subject: 'params', module: 'sessions', changes: { graceMs: 1 } }],
    ['PARAMS_MALFORMED', 'client', 'propose', { subject: 'params', module: 'sessions', changes: { grace: 5000 } }],
    ['PARAMS_MALFORMED', 'client', 'propose', { subject: 'params', module: 'sessions', changes: { graceMs: 'x' } }],
    ['PAYLOAD_MALFORMED', 'client', 'propose', { subject: 'params', module: 'sessions', changes: {} }],
    ['PAYLOAD_MALFORMED', 'client', 'propose', { subject: 'params', module: 'sessions', changes: { graceMs: [1] } }],
    ['NOTHING_NEW', 'client', 'propose', { subject: 'params', module: 'machine', changes: { duePerBlock: 1000 } }],
    ['NO_PENALTY', 'client', 'propose', { subject: 'appeal', publicKey: keyOf('relay') }],
    ['ALREADY_MEMBER', 'client', 'apply', { note: 'again' }],
    ['PAYLOAD_MALFORMED', 'other', 'apply', { note: 'a\nb' }],
  ] as const)('refuses with %s: %s %s %j', (code, name, verb, body) => {
    const ledger = four()
    ledger.propose('issuer', 'admit', { member: didOf('other') })
    const before = [...ledger.storage.range('governance/', 'governance0', 1000)]
    expect(ledger.do(name, `governance/${verb}`, body).code).toBe(code)
    expect([...ledger.storage.range('governance/', 'governance0', 1000)]).toEqual(before)
  })

  it('bounds the open proposals of one member, and lets it take one back', () => {
    const ledger = four({ governance: { maxOpen: 1 } })
    ledger.propose('issuer', 'admit', { member: didOf('other') })
    expect(ledger.propose('issuer', 'remove', { member: didOf('relay') }).code).toBe('PROPOSALS_FULL')
    expect(codes(ledger.do('issuer', 'governance/withdraw', { id: 1 }).events)).toEqual(['withdrawn'])
    expect(ledger.propose('issuer', 'remove', { member: didOf('relay') }).code).toBe('OK')
    expect(ledger.vote('client', 1).code).toBe('PROPOSAL_CLOSED')
  })

  it('weighs votes with what their members weigh at the decision', () => {
    const ledger = four()
    ledger.propose('issuer', 'admit', { member: didOf('other') })
    ledger.vote('client', 1)
    ledger.do('client', 'governance/leave', {})
    expect(ledger.ask('proposal', { id: 1 })).toMatchObject({ tally: { yes: '10', all: '30' } })
    ledger.vote('relay', 1)
    expect(ledger.ask('proposal', { id: 1 })).toMatchObject({ status: 'open', tally: { yes: '20', all: '30' } })
    expect(codes(ledger.vote('provider', 1).events)).toContain('admitted')
  })
})

describe('members', () => {
  it('apply, are proposed and admitted, and leave', () => {
    const ledger = new TestConsortium(consortiumOf({ issuer: 10 }, { governance: { maxApplications: 1 } }))
    expect(ledger.do('other', 'governance/apply', { note: 'Campus North' }).code).toBe('OK')
    expect(ledger.do('other', 'governance/apply', { note: '' }).code).toBe('APPLICATION_EXISTS')
    expect(ledger.do('client', 'governance/apply', { note: '' }).code).toBe('APPLICATIONS_FULL')
    expect(ledger.ask('applications')).toMatchObject([{ did: didOf('other'), note: 'Campus North' }])
    expect(codes(ledger.propose('issuer', 'admit', { member: didOf('other') }).events)).toEqual([
      'proposed',
      'passed',
      'admitted',
    ])
    expect(ledger.ask('applications')).toEqual([])
    expect(ledger.app.query('machine/due', {})).toBe(ledger.timeMs + 90 * 86_400_000)
    expect(codes(ledger.do('other', 'governance/leave', {}).events)).toEqual(['left'])
    expect(ledger.do('issuer', 'governance/leave', {}).code).toBe('LAST_MEMBER')
  })

  it('take any printable note, by a rule that does not hang on the Unicode tables of the machine', () => {
    const takes = (note: string) => apply.parse({ note }).ok
    const points = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))
    const isPlain = /^[\p{L}\p{N}\p{P}\p{S} ]$/u
    const isBarred = /^(?! )[\p{Cc}\p{Cs}\p{Co}\p{Z}\p{Bidi_Control}\p{Noncharacter_Code_Point}]$/u
    expect(points.filter(point => isPlain.test(point) && !takes(point))).toEqual([])
    expect(points.filter(point => isBarred.test(point) && takes(point))).toEqual([])
    // Code points that no table knows yet count as printable: the next table may.
    for (const point of ['\u0378', '\u{1fbff}', '\u{323b0}']) expect(takes(point)).toBe(true)
    expect([takes('\u{1f600}'.repeat(200)), takes('x'.repeat(201))]).toEqual([true, false])
  })

  it('lets an application lapse', () => {
    const ledger = four({ governance: { applicationMs: 5000 } })
    ledger.do('other', 'governance/apply', { note: '' })
    expect(codes(ledger.block([], 5000).scheduled)).toEqual(['lapsed'])
    expect(ledger.ask('applications')).toEqual([])
  })

  it('voids a removal whose member left before it was decided', () => {
    const ledger = four()
    ledger.propose('issuer', 'remove', { member: didOf('relay') })
    ledger.do('relay', 'governance/leave', {})
    ledger.vote('client', 1)
    expect(codes(ledger.vote('provider', 1).events)).toEqual(['voted', 'voided'])
    expect(ledger.ask('proposal', { id: 1 })).toMatchObject({ status: 'void', why: 'MEMBER_UNKNOWN' })
  })

  it('never lets the last one that orders go, in whatever order they try', () => {
    const ledger = new TestConsortium(consortiumOf({ issuer: 10, client: 10, other: 0 }))
    const leave = (name: Name) => ledger.tx(name, 'governance/leave', {})
    const block = ledger.block([leave('issuer'), leave('client'), leave('other')])
    expect(block.results.map(result => result.code)).toEqual(['OK', 'LAST_VALIDATOR', 'OK'])
    expect(block.validatorUpdates).toEqual([{ publicKey: keyOf('issuer'), power: 0 }])
    expect(ledger.do('client', 'governance/leave', {}).code).toBe('LAST_MEMBER')
  })
})

describe('validators', () => {
  const three = ['issuer', 'client', 'provider'] as const

  it('reach the engine with the block that decides', () => {
    const ledger = four()
    ledger.propose('issuer', 'validator', set('relay', 25))
    ledger.vote('client', 1)
    const block = ledger.block([ledger.tx('provider', 'governance/vote', { id: 1, choice: 'yes' })])
    expect(block.validatorUpdates).toEqual([{ publicKey: keyOf('relay'), power: 25 }])
    expect(ledger.block([])).not.toHaveProperty('validatorUpdates')
    expect(ledger.powers()).toEqual({ ...FOUR, relay: 25 })
    expect([...ledger.storage.range('governance/changes', 'governance/changet', 1)]).toEqual([])
  })

  it('tells the engine nothing of a change that came to nothing within a block', () => {
    const ledger = new TestConsortium(consortiumOf({ issuer: 10, client: 0 }))
    const propose = (power: number) =>
      ledger.tx('issuer', 'governance/propose', { subject: 'validator', ...set('client', power) })
    const block = ledger.block([propose(4), propose(0)])
    expect(block.results.map(result => result.code)).toEqual(['OK', 'OK'])
    expect(block).not.toHaveProperty('validatorUpdates')
    expect(ledger.propose('issuer', 'validator', set('issuer', 0)).code).toBe('LAST_VALIDATOR')
  })

  it('are taken away with their member', () => {
    const ledger = four()
    expect(codes(ledger.pass(three, 'remove', { member: didOf('relay') }).events)).toContain('removed')
    expect(ledger.powers()).toEqual({ issuer: 10, client: 10, provider: 10 })
    expect(ledger.vote('relay', 1).code).toBe('NOT_MEMBER')
  })

  it('are bounded in number, and none where one node orders', () => {
    const full = four({ governance: { maxValidators: 4 } })
    expect(full.propose('issuer', 'validator', set('other', 1, 'issuer')).code).toBe('VALIDATORS_FULL')
    const solo = new TestConsortium(consortiumOf({ issuer: 0 }))
    expect(solo.propose('issuer', 'validator', set('issuer', 1)).code).toBe('NO_VALIDATORS')
  })
})

describe('rules', () => {
  it('change with the rule for rules, other parameters with the rule for parameters', () => {
    const head = 'head 1/2 of cast quorum 1/2 within 60000'
    const ledger = four()
    const changed = ledger.pass(['issuer', 'client', 'provider'], 'params', {
      module: 'governance',
      changes: { params: head, maxOpen: 3 },
    })
    expect(changed.events.at(-1)).toMatchObject({ type: 'governance/params_changed', changes: { params: head } })
    expect(ledger.ask('rules')).toMatchObject({ params: head, maxOpen: 3, maxApplications: 100 })
    ledger.pass(['issuer', 'client', 'provider'], 'params', { module: 'governance', changes: { maxApplications: 7 } })
    expect(ledger.ask('rules')).toMatchObject({ params: head, maxOpen: 3, maxApplications: 7 })
    ledger.propose('relay', 'params', { module: 'sessions', changes: { graceMs: 5000 } })
    expect(codes(ledger.vote('issuer', 3).events)).toEqual(['voted'])
    expect(codes(ledger.block([], 60_000).scheduled)).toEqual(['passed', 'params_changed'])
    ledger.propose('relay', 'params', { module: 'machine', changes: { duePerBlock: 7 } })
    expect(codes(ledger.block([], 60_000).scheduled)).toEqual(['rejected'])
  })

  it.each([
    { remove: 'power 1/3 of all quorum 0/1 within 60000' },
    { rules: 'head 0/1 of cast quorum 0/1 within 60000' },
    { admit: 'power 2/2 of all quorum 0/1 within 60000' },
    { admit: 'power 2/3 of all quorum 2/1 within 60000' },
    { admit: 'power 2/3 of all quorum 0/0 within 60000' },
    { admit: 'power 2/3 of all quorum 0/1 within 999' },
    { admit: 'power 2/3' },
    { penalty: 'death' },
    { noticeMs: 0 },
    { maxOpen: 0 },
  ])('refuses %j', changes => {
    const ledger = four()
    expect(ledger.propose('issuer', 'params', { module: 'governance', changes }).code).toBe('PARAMS_MALFORMED')
    expect(() => four({ governance: changes })).toThrow(expect.objectContaining({ code: 'GENESIS_MALFORMED' }))
  })

  it('count heads where nobody has power, and let any member admit if they say so', () => {
    const solo = new TestConsortium(consortiumOf({ issuer: 0, client: 0, relay: 0 }))
    solo.propose('issuer', 'admit', { member: didOf('other') })
    expect(codes(solo.vote('client', 1).events)).toEqual(['voted'])
    expect(codes(solo.vote('relay', 1).events)).toContain('admitted')
    const open = four({ governance: { admit: 'head 0/1 of all quorum 0/1 within 60000' } })
    expect(codes(open.propose('relay', 'admit', { member: didOf('other') }).events)).toContain('admitted')
  })
})

describe('double signing', () => {
  const others = ['issuer', 'client', 'provider'] as const
  const noticeMs = 60_000
  const strict = (params = {}) => four({ governance: { noticeMs, ...params } })

  it('suspends at once with notice, and bars the key when the notice is over', () => {
    const ledger = strict()
    const block = ledger.accuse('relay')
    expect(block.scheduled).toMatchObject([
      { type: 'governance/notice', owner: didOf('relay'), taken: 10, endMs: ledger.timeMs + noticeMs },
    ])
    expect(block.validatorUpdates).toEqual([{ publicKey: keyOf('relay'), power: 0 }])
    expect(ledger.propose('issuer', 'validator', set('relay', 10)).code).toBe('VALIDATOR_ACCUSED')
    expect(ledger.accuse('relay', 2).scheduled).toEqual([])
    expect(codes(ledger.block([], noticeMs).scheduled)).toEqual(['barred'])
    expect(ledger.propose('issuer', 'validator', set('relay', 10)).code).toBe('VALIDATOR_BARRED')
    expect(ledger.propose('issuer', 'appeal', { publicKey: keyOf('relay') }).code).toBe('NO_PENALTY')
    expect(ledger.ask('member', { did: didOf('relay') })).toMatchObject({ power: 0 })
    expect(ledger.ask('penalties')).toMatchObject([{ state: 'barred', kind: 'duplicate-vote' }])
  })

  it('gives the power back after an appeal, and the same evidence is spent', () => {
    const ledger = strict()
    ledger.accuse('relay')
    const lifted = ledger.pass(others, 'appeal', { publicKey: keyOf('relay') })
    expect(codes(lifted.events)).toEqual(['voted', 'passed', 'lifted'])
    expect(ledger.powers()).toEqual(FOUR)
    expect(ledger.accuse('relay', 1).scheduled).toEqual([])
    expect(ledger.block([], noticeMs).scheduled).toEqual([])
    expect(codes(ledger.accuse('relay', ledger.height).scheduled)).toEqual(['notice'])
  })

  it('waits for an open appeal, and goes on when it is rejected or withdrawn', () => {
    const ledger = strict()
    ledger.accuse('relay')
    ledger.propose('relay', 'appeal', { publicKey: keyOf('relay') })
    expect(ledger.block([], noticeMs).scheduled).toEqual([])
    expect(codes(ledger.do('relay', 'governance/withdraw', { id: 1 }).events)).toEqual(['withdrawn', 'barred'])
    const again = strict()
    again.accuse('relay')
    again.propose('relay', 'appeal', { publicKey: keyOf('relay') })
    again.block([], noticeMs)
    expect(codes(again.vote('client', 1, 'no').events)).toEqual(['voted', 'rejected', 'barred'])
  })

  it('does what the parameters name: remove the member, restore, or not suspend', () => {
    const harsh = strict({ penalty: 'member' })
    harsh.accuse('relay')
    expect(codes(harsh.block([], noticeMs).scheduled)).toEqual(['barred', 'removed'])
    expect(harsh.ask('member', { did: didOf('relay') })).toBeUndefined()
    const mild = strict({ penalty: 'restore' })
    mild.accuse('relay')
    expect(mild.powers()).not.toHaveProperty('relay')
    expect(codes(mild.block([], noticeMs).scheduled)).toEqual(['lifted'])
    expect(mild.powers()).toEqual(FOUR)
    const late = strict({ suspends: false })
    expect(late.accuse('relay')).not.toHaveProperty('validatorUpdates')
    expect(late.powers()).toEqual(FOUR)
    expect(late.block([], noticeMs).validatorUpdates).toEqual([{ publicKey: keyOf('relay'), power: 0 }])
  })

  it('never takes the power of the last one: it is put off', () => {
    const ledger = new TestConsortium(consortiumOf({ issuer: 10, client: 5 }, { governance: { noticeMs } }))
    ledger.accuse('issuer')
    expect(ledger.accuse('client')).not.toHaveProperty('validatorUpdates')
    expect(codes(ledger.block([], noticeMs).scheduled)).toEqual(['barred', 'put_off'])
    expect(ledger.powers()).toEqual({ client: 5 })
  })

  it('names an address that nobody has, and finds owners of keys that order no more', () => {
    const ledger = strict()
    expect(ledger.accuse('other').scheduled).toMatchObject([{ type: 'governance/unknown_accused' }])
    ledger.pass(others, 'validator', set('relay', 0))
    expect(ledger.accuse('relay').scheduled).toMatchObject([{ type: 'governance/notice', taken: 0 }])
    ledger.pass(others, 'remove', { member: didOf('relay') })
    expect(codes(ledger.block([], noticeMs).scheduled)).toContain('barred')
  })

  it('is replayed from the recorded blocks, and missed where it was left out', () => {
    const genesis = consortiumOf(FOUR)
    const ledger = new TestConsortium(genesis)
    const { height, timeMs, appHash } = ledger.accuse('relay')
    const evidence = [
      {
        kind: 'duplicate-vote',
        validator: addressOf(keyOf('relay')),
        height: 1,
        timeMs: timeMs - 1000,
        totalPower: 40,
      },
    ] as const
    const options = { modules: allModules(), sha256, verify }
    const recorded = { height, timeMs, txs: [], appHash }
    expect(replayLedger(genesis, [{ ...recorded, evidence }], options)).toMatchObject({
      blocks: 1,
      appHash,
      fault: undefined,
    })
    expect(replayLedger(genesis, [recorded], options).fault).toMatchObject({ code: 'APP_HASH_DIFFERS' })
  })
})
