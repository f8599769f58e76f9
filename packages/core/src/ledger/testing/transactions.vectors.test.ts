import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../errors/index.js'
import { allModules } from './modules.js'

type Body = Readonly<Record<string, unknown>>
interface Vector {
  readonly type: string
  readonly optional: readonly string[]
  readonly body: Body
}

const fileOf = (path: string) => readFileSync(new URL(`../../../../../${path}`, import.meta.url), 'utf8')
const vectors: { bodies: readonly Vector[] } = JSON.parse(fileOf('vectors/transactions.json'))
const rows = new Map(
  [...fileOf('docs/spec/transactions.md').matchAll(/^\| `([a-z]+\/[A-Za-z]+)` \| (.*) \|$/gm)].map(
    ([, type = '', row = '']) => [type, row],
  ),
)
const parsers = new Map(
  allModules().flatMap(({ name, transitions }) =>
    Object.entries(transitions)
      // What is a kind of its own, a bare voucher, has no body.
      .filter(([, { kind }]) => kind === undefined)
      .map(([verb, { parse }]) => [`${name}/${verb}`, parse as (raw: Body) => Result<unknown>]),
  ),
)
const isTaken = ({ type }: Vector, body: Body) => parsers.get(type)?.(body).ok
const without = (body: Body, name: string) => Object.fromEntries(Object.entries(body).filter(([key]) => key !== name))

describe('bodies of transactions (LED-11)', () => {
  it('are given for every type of the ledger, as vector and in the rules', () => {
    const types = [...parsers.keys()].sort()
    expect(vectors.bodies.map(({ type }) => type).sort()).toEqual(types)
    expect([...rows.keys()].sort()).toEqual(types)
  })

  it.each(vectors.bodies)('$type is taken', vector => expect(isTaken(vector, vector.body)).toBe(true))

  it.each(vectors.bodies)('$type needs every member but the optional, and takes no other', vector => {
    for (const name of vector.optional) expect(isTaken(vector, without(vector.body, name)), name).toBe(true)
    // `sid` and `series` go together.
    const needed = Object.keys(vector.body).filter(name => !vector.optional.includes(name))
    for (const name of needed) expect(isTaken(vector, without(vector.body, name)), name).toBe(false)
    expect(isTaken(vector, { ...vector.body, extra: 1 })).toBe(false)
  })

  it.each(vectors.bodies)('$type has each of its members named in the rules', ({ type, body }) => {
    // An update and a proposal refer to what they hold besides.
    const row = [type, type.replace('update', 'publish'), type.replace('update', 'register')].map(of => rows.get(of))
    const named = type === 'governance/propose' ? ['subject'] : Object.keys(body)
    for (const name of named) expect(row.join(' '), name).toMatch(new RegExp(`\`${name}\\??\``))
  })
})
