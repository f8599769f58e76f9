import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'

const CHUNK = 65_536
/** A prime period: lost, repeated and swapped bytes all show. */
const PERIOD = 251
const BLOCK = Buffer.from(Array.from({ length: CHUNK + PERIOD }, (_, at) => at % PERIOD))

const pattern = (from: number, length: number) => BLOCK.subarray(from % PERIOD, (from % PERIOD) + length)

/** SHA-256 of what `/bytes/<n>` serves. */
export function digestOf(bytes: number): string {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes; at += CHUNK) hash.update(pattern(at, Math.min(CHUNK, bytes - at)))
  return hash.digest('hex')
}

const PAGE = `<!doctype html><title>Beyond</title><h1>You are online.</h1><p id="script">no script</p>
<script src="/script.js"></script>`
const SCRIPT = `document.getElementById('script').textContent = 'script loaded'`

export interface Origin {
  readonly authority: string
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/**
 * A web server of the outside world: `/` a page with a script, `/bytes/<n>?seconds=<s>` known bytes, `/upload` answers
 * with the digest of what it got, `/ticks` five chunks over a second, any WebSocket is echoed.
 */
export async function startOrigin(): Promise<Origin> {
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', line => line.on('message', (data, isBinary) => line.send(data, { binary: isBinary })))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const close = async () => {
    for (const line of sockets.clients) line.terminate()
    server.closeAllConnections()
    await new Promise<void>(done => server.close(() => done()))
  }
  return { authority: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}`, port, close }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://origin')
  const bytes = /^\/bytes\/(\d+)$/.exec(url.pathname)?.[1]
  if (bytes !== undefined) return serve(response, Number(bytes), Number(url.searchParams.get('seconds') ?? 0))
  if (url.pathname === '/upload') return void response.end(await digest(request))
  if (url.pathname === '/ticks') return tick(response)
  const script = url.pathname === '/script.js'
  response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' }).end(script ? SCRIPT : PAGE)
}

async function digest(request: IncomingMessage): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of request) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function tick(response: ServerResponse): Promise<void> {
  for (let count = 1; count <= 5; count++) {
    response.write(`tick ${count}\n`)
    await new Promise(done => setTimeout(done, 200))
  }
  response.end()
}

async function serve(response: ServerResponse, bytes: number, seconds: number): Promise<void> {
  response.writeHead(200, { 'content-length': bytes })
  const start = Date.now()
  for (let at = 0; at < bytes && !response.destroyed; at += CHUNK) {
    if (!response.write(pattern(at, Math.min(CHUNK, bytes - at)))) await drained(response)
    const ahead = start + ((at + CHUNK) / bytes) * seconds * 1_000 - Date.now()
    if (ahead > 0) await new Promise(done => setTimeout(done, ahead))
  }
  response.end()
}

async function drained(response: ServerResponse): Promise<void> {
  const over = new AbortController()
  await Promise.race([once(response, 'drain', over), once(response, 'close', over)]).catch(() => undefined)
  over.abort()
}
