import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Origin {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

const CHUNK = 64 * 1024
const MAX_BYTES = 1024 ** 3

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page beyond the stranger's network</title>
<body style="font:16px/1.5 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem">
<h1>You are online.</h1><p>This page was served by a small web server on this machine. You reached it through networks of other
owners, and paid them by the round.</p><p><a href="/bytes/20971520">Fetch 20 MiB</a></p></body></html>`

/** One chunk of known content: byte i is i mod 251, so that a swapped or lost byte shows. */
function pattern(offset: number, length: number): Buffer {
  const chunk = Buffer.allocUnsafe(length)
  for (let i = 0; i < length; i += 1) chunk[i] = (offset + i) % 251
  return chunk
}

/** SHA-256 (hex) of the first `bytes` bytes that `/bytes/<n>` serves. */
export function originDigest(bytes: number): string {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes; at += CHUNK) hash.update(pattern(at, Math.min(CHUNK, bytes - at)))
  return hash.digest('hex')
}

/**
 * Starts the web server that the demo's visitor wants to reach.
 *
 * `/` is a page, `/bytes/<n>` serves n bytes of known content (at most 1 GiB), `?seconds=<s>` spreads them evenly over s seconds.
 */
export async function startOrigin(host = '127.0.0.1', port = 0): Promise<Origin> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://origin')
    const wanted = /^\/bytes\/(\d{1,10})$/.exec(url.pathname)
    if (wanted !== null) return void serve(response, Number(wanted[1]), Number(url.searchParams.get('seconds') ?? 0))
    response.writeHead(url.pathname === '/' ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' })
    response.end(url.pathname === '/' ? PAGE : 'not here')
  })
  await new Promise<void>((done, fail) => server.once('error', fail).listen(port, host, done))
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(done => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function serve(response: ServerResponse, bytes: number, seconds: number): Promise<void> {
  if (bytes > MAX_BYTES || !(seconds >= 0 && seconds <= 3600)) {
    response.writeHead(400).end('at most 1 GiB and one hour')
    return
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes })
  const pauseMs = bytes === 0 ? 0 : (seconds * 1000 * CHUNK) / bytes
  const start = Date.now()
  for (let at = 0; at < bytes && !response.destroyed; at += CHUNK) {
    if (!response.write(pattern(at, Math.min(CHUNK, bytes - at)))) await drained(response)
    const ahead = start + ((at + CHUNK) / CHUNK) * pauseMs - Date.now()
    if (ahead > 0) await new Promise(done => setTimeout(done, ahead))
  }
  response.end()
}

/** Until there is room again, or nobody reads any more. */
async function drained(response: ServerResponse): Promise<void> {
  const done = new AbortController()
  await Promise.race([once(response, 'drain', done), once(response, 'close', done)]).catch(() => undefined)
  done.abort()
}
