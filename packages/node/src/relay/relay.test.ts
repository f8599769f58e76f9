import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeyBook, NodeApi, nodePorts, openConnection, type Wallet, walletFromSeed } from '@conet/client'
import { parseTerms } from '@conet/core/services/access'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Node, type NodePorts, parseConfig, startNode } from '../index.js'
import { Relay, type RelayEvent, type RelayOptions } from './index.js'

const BODY = randomBytes(3 * 2 ** 20)

let folder: string
let origin: Server
let originUrl: string
const nodes: Node[] = []
const relays: Relay[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'conet-relay-'))
  origin = createServer((_, response) => response.end(BODY))
  await new Promise<void>(resolve => {
    origin.listen({ port: 0, host: '127.0.0.1' }, resolve)
  })
  const address = origin.address()
  originUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`
})

afterEach(async () => {
  for (const node of nodes.splice(0).reverse()) await node.stop()
  for (const relay of relays.splice(0)) await relay.stop()
  origin.close()
  rmSync(folder, { recursive: true, force: true })
})

async function start(name: string, perGiB: string, ports: NodePorts = {}): Promise<Node> {
  const terms = { perGiB, perHour: perGiB, maxUnpaid: '100000', maxUnpaidCap: '100000', trialMs: 400, restMs: 600 }
  const offer = { key: 'line', name: `${name} line`, area: { lat: 48.86, lon: 2.35, radiusM: 300 }, terms }
  const settings = { name, dataDir: join(folder, name), api: { port: 0 }, log: { level: 'silent' }, offers: [offer] }
  const gateway = { egressAllow: ['127.0.0.0/8'] }
  const node = await startNode(parseConfig(JSON.stringify({ ...settings, gateway })), ports)
  nodes.push(node)
  return node
}

function wallet(): Wallet {
  return walletFromSeed(randomBytes(32), nodePorts)
}

async function fund(from: Node, to: string): Promise<void> {
  const response = await fetch(`${from.url}/v1/wallet/transfer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${from.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to, asset: 'credit', amount: '50000000' }),
  })
  expect(await response.json()).toMatchObject({ code: 'OK' })
}

/** A relay whose clients pay `perGiB` too; the node that sells it is started by the test. */
async function relayTo(upstream: Node, downstream: Node | undefined, over: Partial<RelayOptions> = {}) {
  const api = new NodeApi(upstream.url, { ports: nodePorts })
  await vi.waitFor(async () => expect((await api.offers({ provider: upstream.did })).items).toHaveLength(1), 30_000)
  const events: RelayEvent[] = []
  const own = wallet()
  // The first node made the ledger, so it has the money.
  await fund(nodes[0] ?? upstream, own.did)
  const relay = new Relay({
    ...{ lid: upstream.engine.info().lid, wallet: own, api, keys: new KeyBook(api) },
    downstream: () => [],
    onEvent: event => events.push(event),
    ...over,
  })
  relays.push(relay)
  await relay.start(downstream?.provider)
  return { relay, events, wallet: own }
}

function get(url: string, proxy: string): Promise<Buffer> {
  const { hostname, port } = new URL(proxy)
  return new Promise((resolve, reject) => {
    const call = request({ host: hostname, port, path: url, headers: { host: new URL(url).host } }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks)))
      response.on('error', reject)
    })
    call.on('error', reject)
    call.end()
  })
}

async function visit(node: Node, funder: Node) {
  const visitor = wallet()
  await fund(funder, visitor.did)
  const api = new NodeApi(node.url, { ports: nodePorts })
  const offer = node.offers().get('line') ?? ''
  await vi.waitFor(async () => expect((await api.offer(offer)).id).toBe(offer), 30_000)
  return openConnection({ api, wallet: visitor, offer })
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('relay', () => {
  it('carries a client through a chain of two relays, pays its upstream, and earns more than it pays', async () => {
    const operator = await start('operator', '1000000')
    const first = await relayTo(operator, undefined)
    const house = await start('house', '2000000', {
      engine: operator.engine,
      dial: first.relay.dial,
      hops: first.relay.hops,
    })
    first.relay.attach(house.provider)
    const second = await relayTo(house, undefined)
    const phone = await start('phone', '4000000', { engine: operator.engine, dial: second.relay.dial })
    second.relay.attach(phone.provider)
    expect(second.relay.hops()).toBe(2)

    const connection = await visit(phone, operator)
    expect(digest(await get(originUrl, connection.httpProxy))).toBe(digest(BODY))
    await vi.waitFor(() => expect(first.relay.totals().paidUpstream.credit ?? 0n).toBeGreaterThan(0n), 30_000)
    const summary = await connection.stop()
    expect(summary.bytesDown).toBeGreaterThanOrEqual(BigInt(BODY.length))

    for (const { relay } of [second, first]) {
      const totals = relay.totals()
      expect(totals.bytesDown).toBeGreaterThanOrEqual(BigInt(BODY.length))
      expect(totals.sessions).toBe(1)
    }
    await second.relay.stop()
    await first.relay.stop()
    for (const { relay } of [second, first]) {
      const { paidUpstream, earnedDownstream } = relay.totals()
      expect(paidUpstream.credit ?? 0n).toBeGreaterThan(0n)
      expect(earnedDownstream.credit ?? 0n).toBeGreaterThan(paidUpstream.credit ?? 0n)
    }
  })

  it('opens again when the upstream ended the session, and stops when nobody needs it', async () => {
    const operator = await start('operator', '1000000')
    const { relay, events } = await relayTo(operator, undefined, { idleMs: 300 })
    const house = await start('house', '2000000', { engine: operator.engine, dial: relay.dial })
    relay.attach(house.provider)
    const connection = await visit(house, operator)
    await get(originUrl, connection.httpProxy)
    const [up] = operator.provider.list({ state: 'live' }).items
    await operator.provider.end(up?.sid ?? '', 'PROVIDER_DONE')
    await vi.waitFor(() => expect(events.filter(event => event.type === 'up')).toHaveLength(2), 30_000)
    expect(digest(await get(originUrl, connection.httpProxy))).toBe(digest(BODY))
    await connection.stop()
    await vi.waitFor(() => expect(operator.provider.list({ state: 'live' }).items).toHaveLength(0), 30_000)
    expect(events.filter(event => event.type === 'down').at(-1)).toMatchObject({ reason: 'CLIENT_DONE' })
  })

  it('does not start at a loss, unless the owner says so', async () => {
    const operator = await start('operator', '1000000')
    const low = parseTerms({
      ...{ tariff: { asset: 'credit', perGiB: '999999', perHour: '2000000' }, trialMs: 2_000, restMs: 8_000 },
      ...{ toleranceBps: 500, toleranceBytes: '262144', maxUnpaid: '100000', maxUnpaidCap: '100000', shares: [] },
    })
    expect(low.ok).toBe(true)
    const downstream = () => (low.ok ? [low.value] : [])
    await expect(relayTo(operator, undefined, { downstream })).rejects.toMatchObject({
      code: 'RELAY_LOSS',
      data: { rate: 'perGiB', cost: 1_000_000n, income: 999_999n },
    })
    const { events } = await relayTo(operator, undefined, { downstream, allowLoss: true })
    expect(events).toContainEqual({ type: 'loss', code: 'RELAY_LOSS' })
  })

  it('tells its clients that the uplink is down while nobody serves it', async () => {
    const operator = await start('operator', '1000000')
    const api = new NodeApi(operator.url, { ports: nodePorts })
    // No money: the upstream refuses.
    const relay = new Relay({
      ...{ lid: operator.engine.info().lid, wallet: wallet(), api, keys: new KeyBook(api), downstream: () => [] },
      offer: operator.offers().get('line'),
    })
    relays.push(relay)
    await vi.waitFor(() => relay.start(), 30_000)
    const dialing = relay.dial({ host: '127.0.0.1', port: 9 }, { signal: AbortSignal.timeout(5_000) })
    await expect(dialing).rejects.toMatchObject({ code: 'UPLINK_DOWN', data: { code: 'BALANCE_TOO_LOW' } })
  })
})
