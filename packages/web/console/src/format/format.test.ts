import { describe, expect, it } from 'vitest'
import { formatBytes, formatRate } from './bytes.js'
import { adviceFor, reasonWords } from './codes.js'
import { distanceM, formatDistance, parsePlace } from './geo.js'
import { readEnvelope } from './jws.js'
import { count, eventWords, looksLikeDid, shortId } from './text.js'
import { formatDuration, formatLeft } from './time.js'

describe('bytes', () => {
  it('rounds down in binary units', () => {
    expect(formatBytes('0')).toBe('0 B')
    expect(formatBytes(1_023n)).toBe('1023 B')
    expect(formatBytes(1_024n)).toBe('1.0 KiB')
    expect(formatBytes(1_048_575n)).toBe('1023.9 KiB')
    expect(formatBytes(2n ** 30n + 2n ** 29n)).toBe('1.5 GiB')
    expect(formatBytes(2n ** 80n)).toBe('1048576.0 EiB')
  })

  it('shows rates in decimal bits', () => {
    expect(formatRate(0)).toBe('0 bit/s')
    expect(formatRate(125_000)).toBe('1.0 Mbit/s')
    expect(formatRate(-5)).toBe('0 bit/s')
  })
})

describe('times', () => {
  it('counts down in tenths at the end and never below zero', () => {
    expect(formatLeft(6_140)).toBe('6.1 s')
    expect(formatLeft(-1)).toBe('0.0 s')
    expect(formatLeft(64_000)).toBe('1 min 04 s')
  })

  it('names the two largest units', () => {
    expect(formatDuration(3_600_000 * 3 + 60_000 * 9)).toBe('3 h 09 min')
    expect(formatDuration(86_400_000 * 2 + 3_600_000)).toBe('2 d 1 h')
  })
})

describe('words', () => {
  it('shortens identifiers in the middle only when that saves something', () => {
    expect(shortId('did:key:z6MkqRYqQiSgvZQdnBytw86Qbs2ZWUkG')).toBe('did:key:z6MkqRYq…2ZWUkG')
    expect(shortId('short')).toBe('short')
  })

  it('counts and names', () => {
    expect(count(1, 'round')).toBe('1 round')
    expect(count(1_200, 'round')).toBe('1,200 rounds')
    expect(eventWords('sessions/trial_cut')).toBe('Trial cut')
  })

  it('accepts DIDs and nothing else as a receiver', () => {
    expect(looksLikeDid('did:key:z6MkqRYq')).toBe(true)
    for (const text of ['', 'did:', 'did:key:', 'key:abc', 'did:key:a b', `did:key:${'a'.repeat(201)}`])
      expect(looksLikeDid(text)).toBe(false)
  })

  it('always has words for a reason and advice for a code', () => {
    expect(reasonWords('NOT_PAID')).toContain('not paid in time')
    expect(reasonWords('NEW_REASON')).toBe('NEW_REASON')
    expect(adviceFor('BALANCE_SHORT', 'x')).toContain('too small')
    expect(adviceFor('NEW_CODE', 'What happened')).toBe('What happened')
  })
})

describe('places', () => {
  it('measures along the sphere', () => {
    const munich = { lat: 48.137, lon: 11.575 }
    const berlin = { lat: 52.52, lon: 13.405 }
    expect(Math.round(distanceM(munich, berlin) / 1_000)).toBe(504)
    expect(distanceM(munich, munich)).toBe(0)
    expect(formatDistance(350)).toBe('350 m')
    expect(formatDistance(4_210)).toBe('4.2 km')
  })

  it('reads a pair of coordinates and refuses others', () => {
    expect(parsePlace('48.137, -11.575')).toEqual({ lat: 48.137, lon: -11.575 })
    for (const text of ['', '48', '91, 0', '0, 181', 'a, b']) expect(parsePlace(text)).toBeUndefined()
  })
})

describe('envelopes', () => {
  const part = (value: object) => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))

  it('shows who signed what', () => {
    const text = `${part({ typ: 'conet-tx+jwt', kid: 'did:key:zA#zA' })}.${part({ type: 'accounts/transfer', body: { to: 'Ü' } })}.x`
    expect(readEnvelope(text)).toEqual({
      kind: 'conet-tx+jwt',
      signer: 'did:key:zA',
      title: 'accounts/transfer',
      payload: { to: 'Ü' },
    })
  })

  it('gives nothing for what is not an envelope', () => {
    for (const text of ['', 'a.b.c', '%%%.%%%', `${part({})}`]) expect(readEnvelope(text)).toBeUndefined()
  })
})
