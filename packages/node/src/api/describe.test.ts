import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeApi } from './describe.js'
import { startTestApi, type TestApi } from './testing/index.js'

interface Form {
  readonly required?: readonly string[]
  readonly anyOf?: readonly Form[]
}
interface Operation {
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: { default?: unknown } }[]
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, { schema: Form }>> }>>
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

let t: TestApi
let paths: Paths
beforeAll(async () => {
  t = await startTestApi()
  paths = ((await describeApi('1')) as { paths: Paths }).paths
})
afterAll(() => t.stop())

const formOf = (path: string, status: number, type: string) =>
  paths[path]?.get?.responses[status]?.content?.[type]?.schema

describe('the OpenAPI document', () => {
  it('lets everything be left out that has a default', () => {
    const all = Object.values(paths).flatMap(methods => Object.values(methods).flatMap(one => one.parameters ?? []))
    const filledIn = all.filter(({ schema }) => schema.default !== undefined)
    expect(new Set(filledIn.map(({ name }) => name))).toEqual(new Set(['counting', 'from', 'limit', 'sort', 'type']))
    expect(filledIn.filter(({ required }) => required === true)).toEqual([])
  })

  it.each([
    ['invalidDid', 400],
    ['notFound', 404],
    ['unsupportedDidMethod', 501],
  ])('states what a resolution that ends with %s answers', async (error, status) => {
    t.resolutions.set(error, { didDocument: null, didDocumentMetadata: {}, didResolutionMetadata: { error } })
    const response = await fetch(`${t.url}/1.0/identifiers/${error}`)
    expect(response.status).toBe(status)
    const form = formOf('/1.0/identifiers/{did}', status, response.headers.get('content-type') ?? '')
    expect([...(form?.required ?? [])].sort()).toEqual(Object.keys((await response.json()) as object).sort())
  })

  it('states what a node that is not ready answers', async () => {
    const body = await (await fetch(`${t.url}/healthz`)).json()
    const forms = formOf('/healthz', 503, 'application/json')?.anyOf ?? []
    expect(forms.map(form => form.required)).toEqual([Object.keys(body as object), ['error']])
  })
})
