import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseClose, parseGrant, parseRequest, parseStatement, parseVoucher } from './payloads.js'

type Kind = 'request' | 'grant' | 'statement' | 'voucher' | 'close'
const vectors: {
  payloads: {
    valid: Record<Kind, object>
    rejected: { kind: Kind; name: string; change: object; code: string; path?: string }[]
  }
} = JSON.parse(readFileSync(new URL('../../../../vectors/rounds.json', import.meta.url), 'utf8'))

const parsers = {
  request: parseRequest,
  grant: parseGrant,
  statement: parseStatement,
  voucher: parseVoucher,
  close: parseClose,
}
const kinds = Object.keys(parsers) as Kind[]
const asText = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? member.toString() : member)))

describe('payloads (RND-1)', () => {
  it.each(kinds)('%s is read, and written again it is the same', kind => {
    const read = parsers[kind](vectors.payloads.valid[kind])
    expect(read.ok).toBe(true)
    expect(read.ok && asText(read.value)).toEqual(vectors.payloads.valid[kind])
  })

  it.each(vectors.payloads.rejected)('$kind is refused when $name', ({ kind, change, code, path }) => {
    const read = parsers[kind]({ ...vectors.payloads.valid[kind], ...change })
    expect(read).toMatchObject({ ok: false, code, data: path === undefined ? {} : { path } })
  })

  it.each(kinds)('%s is refused when any member is missing or one is added', kind => {
    const valid = vectors.payloads.valid[kind]
    const optional = ['device', 'escrow', 'final']
    for (const member of Object.keys(valid).filter(name => !optional.includes(name))) {
      const rest = Object.fromEntries(Object.entries(valid).filter(([name]) => name !== member))
      expect(parsers[kind](rest), member).toMatchObject({ ok: false, code: 'PAYLOAD_MALFORMED' })
    }
    expect(parsers[kind]({ ...valid, extra: 1 })).toMatchObject({ ok: false, code: 'PAYLOAD_MALFORMED' })
  })

  it('never throw, whatever arrives', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.anything(), (kind, value) => {
        expect(typeof parsers[kind](value).ok).toBe('boolean')
      }),
    )
  })
})
