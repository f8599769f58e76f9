import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ADMIN_TOKEN, startTestApi, type TestApi } from './testing/index.js'

let api: TestApi
let socket: Socket
let heard: string

beforeEach(async () => {
  api = await startTestApi({ maxConnections: 3 })
  heard = ''
  socket = connect(api.api.port, '127.0.0.1').on('data', part => {
    heard += part
  })
  await once(socket, 'connect')
})
afterEach(async () => {
  socket.destroy()
  await api.stop()
})

const H2C = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n'
const head = (line: string, more = '') => `${line} HTTP/1.1\r\nHost: localhost\r\n${H2C}${more}\r\n`

/** Status lines of all that came, once there are so many. */
async function statuses(count: number): Promise<string[]> {
  const lines = () => heard.match(/HTTP\/1\.1 \d+/g) ?? []
  while (lines().length < count) await once(socket, 'data')
  return lines().map(line => line.slice(-3))
}

it('answers a request that asks for another protocol by HTTP, again and again on one connection', async () => {
  const most = 12
  for (let count = 1; count <= most; count++) {
    socket.write(head('GET /v1/node'))
    expect((await statuses(count)).at(-1)).toBe('200')
  }
  // More of them than connections are taken: another connection is not one too many, and nobody listens twice.
  expect((await fetch(`${api.url}/v1/node`)).status).toBe(200)
  socket.end(head('GET /v1/node', 'X-Last: 1\r\n'))
  await statuses(most + 1)
  if (!socket.closed) await once(socket, 'close')
})

it.each([
  ['in one piece', 0],
  ['that comes later', 50],
])('takes the body of such a request, %s, and what follows it', async (_, pauseMs) => {
  const body = JSON.stringify({ sharing: false })
  const more = `Authorization: Bearer ${ADMIN_TOKEN}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  const put = head('PUT /v1/policy', more)
  const next = 'GET /v1/node HTTP/1.1\r\nHost: localhost\r\n\r\n'
  if (pauseMs === 0) socket.write(put + body + next)
  else {
    socket.write(put)
    await new Promise(resolve => setTimeout(resolve, pauseMs))
    socket.write(body + next)
  }
  expect(await statuses(2)).toEqual(['200', '200'])
  expect(heard).toContain('"sharing":false')
})

it('hangs up on more headers than can be repeated: the length of the body may be among those left out', async () => {
  socket.write(head('GET /v1/node', 'a:b\r\n'.repeat(1_000)))
  await once(socket, 'close')
  expect(heard).toBe('')
})

it('keeps no node from stopping', async () => {
  socket.write(head('GET /v1/node'))
  await statuses(1)
  await Promise.all([once(socket, 'close'), api.api.close()])
})
