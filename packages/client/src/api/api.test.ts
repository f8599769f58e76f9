import { describe, expect, it } from 'vitest'
import { NodeApi } from './api.js'

const NOW = 1_800_000_000_000
const answering = (status: number, body: string, headers = {}) =>
  new NodeApi('http://node.example/', {
    ports: { now: () => NOW, fetch: async () => new Response(body, { status, headers }) },
    timeoutMs: 50,
  })

describe('the API client', () => {
  it('passes on the code, message and data of the node', async () => {
    const api = answering(409, '{"error":{"code":"OFFER_CHANGED","message":"new version","data":{"version":4}}}')
    await expect(api.node()).rejects.toMatchObject({
      code: 'OFFER_CHANGED',
      message: 'new version',
      data: { version: 4 },
    })
  })

  it.each([
    [503, 'busy', 'HTTP_503', 'retry'],
    [404, '{}', 'HTTP_404', 'reject'],
    [200, '<html>', 'ANSWER_MALFORMED', 'reject'],
  ])('names status %i with %j: %s', async (status, body, code, verdict) => {
    await expect(answering(status, body).node()).rejects.toMatchObject({ code, verdict })
  })

  it('tells a dead node from a silent one', async () => {
    const dead = new NodeApi('http://127.0.0.1:1', { ports: { now: () => NOW, fetch } })
    await expect(dead.node()).rejects.toMatchObject({ code: 'NODE_UNREACHABLE', verdict: 'retry' })
    const silent = new NodeApi('http://node.example', {
      timeoutMs: 20,
      ports: {
        now: () => NOW,
        fetch: (_, { signal }) =>
          new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
      },
    })
    await expect(silent.node()).rejects.toMatchObject({ code: 'TIMEOUT', verdict: 'retry' })
  })

  it('hints at a wrong clock, and learns the difference', async () => {
    const body = JSON.stringify({ error: { code: 'EXPIRED', message: 'too late', data: { now: NOW + 90_000 } } })
    const api = answering(400, body)
    await expect(api.node()).rejects.toMatchObject({ code: 'EXPIRED', message: expect.stringContaining('90 s behind') })
    expect(api.clockOffsetMs).toBe(90_000)
  })

  it('takes no difference from a Date header within its whole seconds', async () => {
    const api = answering(200, '{}', { date: new Date(NOW + 1_500).toUTCString() })
    await api.node()
    expect(api.clockOffsetMs).toBe(0)
  })

  it('leaves out offers whose terms it cannot read', async () => {
    const api = answering(
      200,
      JSON.stringify({ items: [{ id: 'x', provider: 'p', node: 'n', version: 1, terms: {} }, null] }),
    )
    expect(await api.offers()).toEqual({ items: [], next: null })
  })
})
