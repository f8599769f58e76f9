import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nativeSigner } from '@conet/client/ports'
import { ok } from '@conet/core/errors'
import { decodeDidKeyUrl } from '@conet/core/identity'
import { nodeSha256, nodeVerify } from '@conet/engines/verify'
import { createEgress, createProxyGateway } from '@conet/gateway/proxy'
import {
  createProviderService,
  DEFAULT_RISK_LIMITS,
  DEFAULT_SETTLE_POLICY,
  type ProviderService,
  type RoundsChannel,
  systemClock,
} from '@conet/node/provider'
import { openStore } from '@conet/node/storage'
import { type WebSocket, WebSocketServer } from 'ws'
import { type FromProvider, LID, OFFER, TERMS, type ToProvider } from './terms.js'

/**
 * The provider's side in a process of its own: real gateway (sessions idle), real store on disk, real WebSockets. Only the
 * ledger is left out: settling is not part of a round.
 */

const LOOPBACK = '127.0.0.1'
const PATH = /^\/v1\/sessions\/([0-9a-f]{32})\/rounds$/

const folder = mkdtempSync(join(tmpdir(), 'conet-bench-'))
const store = openStore(folder, 'provider')
const owner = nativeSigner(new Uint8Array(32).fill(7))
const gateway = createProxyGateway({ listen: { host: LOOPBACK, port: 0 }, egress: createEgress() })

const service: ProviderService = createProviderService({
  lid: LID,
  provider: owner.did,
  signer: owner,
  verify: nodeVerify,
  sha256: nodeSha256,
  signerKey: kid => {
    const key = decodeDidKeyUrl(kid)
    return key.ok ? key.value : undefined
  },
  clock: systemClock,
  ledger: {
    submit: async () => ({ hash: '0'.repeat(64), code: 'OK', data: {}, events: [] }),
    account: () => ({ balance: 10n ** 12n, debt: 0n }),
    escrow: () => undefined,
  },
  gateway,
  offer: id => (id === OFFER ? { id, version: 1, terms: TERMS, active: true } : undefined),
  admit: () => ok({}),
  store,
  // Ten thousand strangers from one address at once: the owner of this bench dares it.
  limits: {
    ...DEFAULT_RISK_LIMITS,
    trials: { ...DEFAULT_RISK_LIMITS.trials, perAddress: 1_000_000 },
    maxStrangers: 1_000_000,
    maxExposure: 10n ** 15n,
  },
  settle: { ...DEFAULT_SETTLE_POLICY, maxUnsettled: 10n ** 15n },
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request) body += chunk
  const { request: text } = JSON.parse(body) as { request: string }
  const granted = await service.request(text, { remoteAddress: request.socket.remoteAddress ?? '' })
  response.writeHead(granted.ok ? 201 : 400, { 'content-type': 'application/json' })
  response.end(JSON.stringify(granted.ok ? { grant: granted.value.grant } : { error: granted.code }))
}

function channelOf(socket: WebSocket): RoundsChannel {
  return {
    send: text => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    onMessage: callback => {
      socket.on('message', data => callback(String(data)))
    },
    onClose: callback => {
      socket.on('close', callback)
    },
  }
}

function listen(): Promise<Server> {
  const server = createServer((request, response) => void answer(request, response))
  // The load reuses its connections after pauses: closing an idle one just then would fail an opening.
  server.keepAliveTimeout = 120_000
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: 65_536,
  })
  server.on('upgrade', (request, socket, head) => {
    const sid = PATH.exec(request.url ?? '')?.[1] ?? ''
    sockets.handleUpgrade(request, socket, head, line => {
      const attached = service.attach(sid, channelOf(line))
      if (!attached.ok) line.close(4404, attached.code)
    })
  })
  return new Promise(resolve => {
    server.listen({ port: 0, host: LOOPBACK, backlog: 20_000 }, () => resolve(server))
  })
}

/** The control: how many (verify + sign) of a voucher's size one core does in a second. */
function limitPerSecond(): number {
  const message = 'a'.repeat(700)
  const signature = owner.sign(message)
  const turn = () => {
    nodeVerify(owner.publicKey, message, signature)
    owner.sign(message)
  }
  for (let i = 0; i < 500; i++) turn()
  const before = process.cpuUsage()
  for (let i = 0; i < 5_000; i++) turn()
  const { user, system } = process.cpuUsage(before)
  return Math.round((5_000 * 1e6) / (user + system))
}

async function measure(windowMs: number): Promise<FromProvider> {
  const before = service.totals()
  const cpu = process.cpuUsage()
  const start = performance.now()
  let rss = 0
  while (performance.now() - start < windowMs) {
    await new Promise(resolve => setTimeout(resolve, 250))
    rss = Math.max(rss, process.memoryUsage.rss())
  }
  const seconds = (performance.now() - start) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const after = service.totals()
  return {
    type: 'window',
    sessions: after.liveSessions,
    vouchersPerSecond: (after.vouchers - before.vouchers) / seconds,
    cpuShare: (user + system) / 1e6 / seconds,
    rssMb: rss / 2 ** 20,
    lateVouchers: after.lateVouchers - before.lateVouchers,
    cuts: after.cuts - before.cuts,
  }
}

process.on('message', (message: ToProvider) => {
  void measure(message.windowMs).then(result => process.send?.(result))
})
process.once('disconnect', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})

await gateway.start()
await service.start()
const server = await listen()
const address = server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0
process.send?.({ type: 'ready', port, did: owner.did, limitPerSecond: limitPerSecond() } satisfies FromProvider)
