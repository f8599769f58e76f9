import { createServer } from 'node:http'
import { connect, createServer as createNetServer, type Socket } from 'node:net'
import type { FlowMeter } from '../proxy/index.js'

/** A web server of the outside world: `/bytes/N` answers with N bytes, anything else says what was asked. */
export async function startOrigin(): Promise<{
  readonly target: string
  readonly url: string
  close(): Promise<void>
}> {
  const server = createServer((request, response) => {
    const bytes = /^\/bytes\/(\d+)$/.exec(request.url ?? '')?.[1]
    if (bytes !== undefined) return void response.end(Buffer.alloc(Number(bytes), 97))
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const target = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const close = async () => {
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  }
  return { target, url: `http://${target}`, close }
}

type Join = (local: Socket, tunnel: Socket, meter: FlowMeter) => Promise<number>

/** Asks for a page through a tunnel, counted as the local proxy does. @returns bytes of the body */
export async function through(tunnel: Socket, meter: FlowMeter, path: string, join: Join): Promise<number> {
  const server = createNetServer({ allowHalfOpen: true }, local => void join(local, tunnel, meter))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const text = await exchange(port, `GET ${path} HTTP/1.1\r\nHost: origin\r\nConnection: close\r\n\r\n`)
  server.close()
  return text.length - text.indexOf('\r\n\r\n') - 4
}

/** Sends bytes to a local port and returns everything that comes back until the end. */
export function exchange(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.write(bytes)
  })
}
