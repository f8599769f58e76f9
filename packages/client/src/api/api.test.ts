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

  it('stops reading an answer that does not end', async () => {
    let sent = 0
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1_048_576
        controller.enqueue(new Uint8Array(1_048_576).fill(0x20))
      },
      cancel() {
        cancelled = true
      },
    })
    const api = new NodeApi('http://node.example', {
      ports: { now: () => NOW, fetch: async () => new Response(endless) },
    })
    await expect(api.node()).rejects.toMatchObject({ code: 'ANSWER_MALFORMED', data: { limit: 16_777_216 } })
    expect(sent).toBeLessThan(20_000_000)
    expect(cancelled).toBe(true)
  })

  it('reads letters that are cut between two parts', async () => {
    const bytes = new TextEncoder().encode('{"name":"Gärten ☂"}')
    const parts = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const api = new NodeApi('http://node.example', {
      ports: { now: () => NOW, fetch: async () => new Response(parts) },
    })
    expect(await api.node()).toEqual({ name: 'Gärten ☂' })
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

  it.each([
    ['a ledger that is ahead of every clock', 3_600_000, 0, 3_600_000],
    ['the node’s clock, where the last block is old', -3_600_000, 90_000, 90_000],
    ['our clock, where both agree with it', -500, 0, 0],
  ])('lets transactions be signed by %s', async (_, ledgerMs, nodeMs, expected) => {
    const api = answering(200, JSON.stringify({ ledgerTime: NOW + ledgerMs }), {
      date: new Date(NOW + nodeMs).toUTCString(),
    })
    expect(api.ledgerOffsetMs).toBe(0)
    await api.node()
    expect(api.ledgerOffsetMs).toBe(expected)
  })

  it('leaves out offers whose terms it cannot read', async () => {
    const api = answering(
      200,
      JSON.stringify({ items: [{ id: 'x', provider: 'p', node: 'n', version: 1, terms: {} }, null] }),
    )
    expect(await api.offers()).toEqual({ items: [], next: null })
  })
})
