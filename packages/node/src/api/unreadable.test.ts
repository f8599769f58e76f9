import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApi, type TestApi } from './testing/index.js'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const POST = 'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'

it.each([
  [431, 'REQUEST_INVALID', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  [400, 'REQUEST_INVALID', `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
  [400, 'REQUEST_INVALID', 'what\r\n\r\n'],
  [400, 'BODY_MALFORMED', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}`],
])('answers %i %s in the common form to what the parser refuses', async (status, code, text) => {
  const socket = connect(api.api.port, '127.0.0.1').on('error', () => undefined)
  let heard = ''
  socket.on('data', part => {
    heard += part
  })
  socket.write(text)
  await once(socket, 'close')
  const [head = '', body = ''] = heard.split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(head).toContain('x-content-type-options: nosniff')
  expect(JSON.parse(body)).toEqual({ error: { code, message: expect.any(String), data: {} } })
})
