import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.js'
import { Disconnector } from './disconnect.js'
import type { RadiusNote } from './notes.js'
import { ATTRIBUTE, DISCONNECT } from './packet.js'
import { attributeText, type FakeNas, fakeNas, type Reply } from './testing/nas.js'

const SECRET = 'secret-of-nas'
const TARGET = {
  session: 'ab'.repeat(16),
  nas: '127.0.0.1',
  callingStationId: '02-00-00-00-00-01',
  acctId: 'acct-1',
  userName: 'ab'.repeat(16),
}
const open: { nas?: FakeNas; disconnector?: Disconnector } = {}

afterEach(async () => {
  open.disconnector?.stop()
  await open.nas?.close()
})

/** Long where an answer comes, short where silence is waited for. */
const PATIENT = [5_000, 5_000, 5_000]
const HASTY = [30, 60, 120]

async function setUp(
  onRequest?: (count: number) => Reply,
  waitsMs = PATIENT,
  secret = SECRET,
  againMs: readonly number[] = [],
) {
  const nas = await fakeNas(SECRET, onRequest && ((_packet, count) => onRequest(count)))
  const notes: RadiusNote[] = []
  const disconnector = new Disconnector({
    nas: [{ address: '127.0.0.1', port: nas.port, secret }],
    clock: systemClock,
    note: note => notes.push(note),
    waitsMs,
    againMs,
  })
  Object.assign(open, { nas, disconnector })
  return { nas, notes, disconnector }
}

const answered = (count: number): Reply => (count > 3 ? { code: DISCONNECT.ack } : undefined)

describe('disconnecting', () => {
  it('names the station, its accounting session and the time, signed', async () => {
    const { nas, notes, disconnector } = await setUp()
    expect(await disconnector.send(TARGET)).toBe('off')
    const [heard] = nas.heard
    if (heard === undefined) throw new Error('nothing was heard')
    expect(heard.signed).toBe(true)
    expect(heard.packet.code).toBe(DISCONNECT.request)
    expect(attributeText(heard.packet, ATTRIBUTE.callingStationId)).toBe('02-00-00-00-00-01')
    expect(attributeText(heard.packet, ATTRIBUTE.acctSessionId)).toBe('acct-1')
    expect(heard.packet.attributes.map(({ type }) => type)).toContain(ATTRIBUTE.eventTimestamp)
    expect(notes).toEqual([{ type: 'disconnected', session: TARGET.session, nas: '127.0.0.1', tries: 1 }])
  })

  it('repeats the same bytes until it is answered', async () => {
    const { nas, notes, disconnector } = await setUp(
      count => (count < 3 ? undefined : { code: DISCONNECT.ack }),
      [30, 60, 5_000],
    )
    expect(await disconnector.send(TARGET)).toBe('off')
    expect(nas.heard).toHaveLength(3)
    expect(new Set(nas.heard.map(({ bytes }) => bytes.toString('hex'))).size).toBe(1)
    expect(notes).toMatchObject([{ type: 'disconnected', tries: 3 }])
  })

  it('says plainly that an access point does not answer', async () => {
    const { nas, notes, disconnector } = await setUp(() => undefined, HASTY)
    expect(await disconnector.send(TARGET)).toBe('silent')
    expect(nas.heard).toHaveLength(3)
    const about = { session: TARGET.session, nas: '127.0.0.1' }
    expect(notes).toEqual([
      { type: 'nas-silent', ...about, tries: 3 },
      { type: 'station-stays', ...about, outcome: 'silent', asked: 1 },
    ])
  })

  it('is ignored by an access point with another secret', async () => {
    const { nas, notes, disconnector } = await setUp(undefined, HASTY, 'not-the-secret')
    expect(await disconnector.send(TARGET)).toBe('silent')
    expect(nas.heard.every(({ signed }) => !signed)).toBe(true)
    expect(notes.map(({ type }) => type)).toEqual(['nas-silent', 'station-stays'])
  })

  it('believes no answer that is not signed with the secret', async () => {
    const { notes, disconnector } = await setUp(() => ({ code: DISCONNECT.ack, secret: 'not-the-secret' }), HASTY)
    expect(await disconnector.send(TARGET)).toBe('silent')
    expect(notes).toContainEqual({ type: 'packet-ignored', from: '127.0.0.1', code: 'AUTHENTICATOR_WRONG' })
  })

  it('ignores bytes that are no packet, and goes on', async () => {
    const { nas, notes, disconnector } = await setUp(
      count => (count < 2 ? undefined : { code: DISCONNECT.ack }),
      [200, 5_000],
    )
    const sent = disconnector.send(TARGET)
    while (nas.heard.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    nas.say(Buffer.from('hello'))
    expect(await sent).toBe('off')
    expect(notes).toContainEqual({ type: 'packet-ignored', from: '127.0.0.1', code: 'PACKET_MALFORMED' })
  })

  it('tells a station that was off already from a refusal', async () => {
    const { nas, notes, disconnector } = await setUp(count => ({
      code: DISCONNECT.nak,
      errorCause: count <= 2 ? 503 : 403,
    }))
    expect(await disconnector.send(TARGET)).toBe('was-off')
    // The second question was by the station alone.
    const asked = nas.heard.map(({ packet }) => attributeText(packet, ATTRIBUTE.acctSessionId))
    expect(asked).toEqual(['acct-1', undefined])
    expect(await disconnector.send(TARGET)).toBe('refused')
    const about = { session: TARGET.session, nas: '127.0.0.1' }
    expect(notes).toEqual([
      { type: 'disconnect-refused', ...about, errorCause: 403 },
      { type: 'station-stays', ...about, outcome: 'refused', asked: 1 },
    ])
  })

  it('asks anew, with a request of its own, an access point that refused or was silent', async () => {
    const { nas, notes, disconnector } = await setUp(
      // Refused, silent for both tries of the next request, then off.
      count => [{ code: DISCONNECT.nak, errorCause: 506 }, undefined, undefined][count - 1] ?? answered(count),
      [60, 60],
      SECRET,
      [20, 20],
    )
    expect(await disconnector.send(TARGET)).toBe('off')
    expect(notes.map(({ type }) => type)).toEqual(['disconnect-refused', 'nas-silent', 'disconnected'])
    expect(new Set(nas.heard.map(({ packet }) => packet.id)).size).toBe(3)
    expect(nas.heard.every(({ signed }) => signed)).toBe(true)
  })

  it('gives up after a few, and says so', async () => {
    const { nas, notes, disconnector } = await setUp(() => ({ code: DISCONNECT.nak }), PATIENT, SECRET, [10, 20])
    expect(await disconnector.send(TARGET)).toBe('refused')
    expect(nas.heard).toHaveLength(3)
    expect(notes.at(-1)).toEqual({
      ...{ type: 'station-stays', session: TARGET.session, nas: '127.0.0.1' },
      ...{ outcome: 'refused', asked: 3 },
    })
  })

  it('asks no more once the station may stay, or when it is stopped', async () => {
    const { nas, notes, disconnector } = await setUp(() => ({ code: DISCONNECT.nak }), PATIENT, SECRET, [10, 60_000])
    let asked = 0
    expect(await disconnector.send(TARGET, () => ++asked < 2)).toBe('refused')
    expect(nas.heard).toHaveLength(1)
    const sent = disconnector.send(TARGET)
    // The third answer has come back, too: a stop before that would be silence.
    while (notes.length < 3) await new Promise(resolve => setTimeout(resolve, 5))
    expect(nas.heard).toHaveLength(3)
    disconnector.stop()
    expect(await sent).toBe('refused')
    expect(notes.map(({ type }) => type)).not.toContain('station-stays')
  })

  it('asks more stations than there are identifiers, and nobody it has no secret for', async () => {
    const { nas, notes, disconnector } = await setUp()
    const sent = Array.from({ length: 600 }, (_, index) => disconnector.send({ ...TARGET, acctId: `acct-${index}` }))
    expect(new Set(await Promise.all(sent))).toEqual(new Set(['off']))
    const asked = new Set(nas.heard.map(({ packet }) => attributeText(packet, ATTRIBUTE.acctSessionId)))
    expect(asked.size).toBe(600)
    expect(await disconnector.send({ ...TARGET, nas: '192.0.2.9' })).toBe('unknown-nas')
    expect(notes.at(-1)).toEqual({ type: 'nas-unknown', session: TARGET.session, nas: '192.0.2.9' })
  })
})
