import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConetError } from '@conet/core/errors'
import type { Engine } from '../contract.js'
import { blockStream, LEDGER_PATHS } from '../follow/index.js'

/** The three endpoints that followers use, on a loopback port. */
export interface LedgerServer {
  readonly url: string
  /** Cuts every open connection, as a network would. */
  cut(): void
  close(): Promise<void>
}

/** @param spoil - changes what goes over the wire, to play a dishonest node */
export async function serveLedger(
  engine: Engine,
  spoil: (event: string) => string = event => event,
): Promise<LedgerServer> {
  const server = createServer((request, response) => {
    answer(engine, spoil, request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function answer(
  engine: Engine,
  spoil: (event: string) => string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (url.pathname === LEDGER_PATHS.genesis) return json(response, 200, engine.genesis)
  if (url.pathname === LEDGER_PATHS.txs) return await answerTx(engine, request, response)
  const ending = new AbortController()
  response.on('close', () => ending.abort())
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for await (const event of blockStream(engine, Number(url.searchParams.get('from')), ending.signal)) {
    if (!response.write(spoil(event))) await once(response, 'drain', { signal: ending.signal })
  }
  response.end()
}

async function answerTx(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request) body += chunk
  try {
    const result = await engine.submit((JSON.parse(body) as { tx: string }).tx)
    const height = engine.find(result.hash) === undefined ? null : engine.info().height
    json(response, 200, { hash: result.hash, code: result.code, data: result.data, height })
  } catch (error) {
    if (!(error instanceof ConetError)) throw error
    json(response, 503, { error: { code: error.code, message: error.message, data: error.data } })
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
