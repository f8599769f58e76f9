import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../identity/index.js'
import { verifyProof } from '../ledger/index.js'
import { parseClose, parseGrant, parseRequest, parseStatement, parseVoucher } from './payloads.js'
import { type Said, visit } from './testing/visit.js'

const vectors = JSON.parse(readFileSync(new URL('../../../../vectors/visit.json', import.meta.url), 'utf8'))
const made = visit()
const parsers: Readonly<Record<string, (payload: unknown) => { readonly ok: boolean }>> = {
  'conet-request+jwt': parseRequest,
  'conet-grant+jwt': parseGrant,
  'conet-statement+jwt': parseStatement,
  'conet-voucher+jwt': parseVoucher,
  'conet-close+jwt': parseClose,
}

describe('a whole visit (RND-1 to RND-10)', () => {
  it('is what the vectors say, byte by byte', () => {
    expect(vectors).toEqual(JSON.parse(JSON.stringify(made)))
  })

  it.each(made.messages)('$name is well-formed', ({ kind, payload }: Said) => {
    expect(parsers[kind]?.(payload)).toMatchObject({ ok: true })
  })

  it('is settled by its last voucher, and what the provider has then is proven', () => {
    const { proof, appHash, results } = made.ledger
    expect(results.map(({ code }) => code)).toEqual(['OK'])
    expect(proof && verifyProof(proof, appHash, sha256)).toBe(true)
    expect(JSON.parse(proof?.value ?? '')).toMatchObject({ balance: '991' })
  })
})
