import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Config, type Node, parseConfig, startNode } from './index.js'

let folder: string
const nodes: Node[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conet-node-'))
})
afterEach(async () => {
  for (const node of nodes.splice(0).reverse()) await node.stop()
  rmSync(folder, { recursive: true, force: true })
})

function config(name: string, over: object = {}): Config {
  const offer = {
    key: 'home',
    name: 'Home line',
    area: { lat: 48.86, lon: 2.35, radiusM: 300 },
    terms: { perGiB: '1000000', perHour: '100', maxUnpaid: '10000', maxUnpaidCap: '100000' },
  }
  const base = { name, dataDir: join(folder, name), api: { port: 0 }, log: { level: 'silent' }, offers: [offer] }
  return parseConfig(JSON.stringify({ ...base, ...over }))
}

async function start(settings: Config, ports: Parameters<typeof startNode>[1] = {}): Promise<Node> {
  const node = await startNode(settings, ports)
  nodes.push(node)
  return node
}

async function get(node: Node, path: string) {
  const response = await fetch(node.url + path, { headers: { authorization: `Bearer ${node.adminToken}` } })
  return { status: response.status, body: await response.json() }
}

/** Offers as a stranger finds them; the read model follows the ledger within moments. */
async function offersOf(node: Node, query = '') {
  await vi.waitFor(() => expect(node.readModel.height).toBe(node.engine.info().height), 30_000)
  return (await get(node, `/v1/offers${query}`)).body.items
}

describe('a node that cannot start', () => {
  it.each(['EADDRINUSE', 'EADDRNOTAVAIL'])('says so and leaves nothing running: %s', async why => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const api = why === 'EADDRINUSE' ? { port } : { port: 0, host: '192.0.2.1' }
    const timers = vi.spyOn(globalThis, 'setInterval')
    const ended = vi.spyOn(globalThis, 'clearInterval')
    try {
      const failed = await startNode(config('deaf', { api })).catch((error: unknown) => error)
      expect(failed).toMatchObject({ code: 'LISTEN_FAILED', verdict: 'retry' })
      expect((failed as Error).message).toMatch(new RegExp(`${why}.*api.port`))
      const meter = timers.mock.results.filter((_, index) => timers.mock.calls[index]?.[1] === 1_000)
      expect(meter).not.toHaveLength(0)
      for (const { value } of meter) expect(ended).toHaveBeenCalledWith(value)
    } finally {
      timers.mockRestore()
      ended.mockRestore()
      other.close()
    }
    await start(config('deaf'))
  })

  it('names the data folder that cannot be made', async () => {
    const started = startNode(config('x', { dataDir: '/etc/passwd/x' }))
    await expect(started).rejects.toMatchObject({ code: 'STORAGE_FAILED', data: { path: '/etc/passwd/x' } })
  })
})

describe('a node', () => {
  it('starts from nothing: own ledger, identity, profile and offer', async () => {
    const node = await start(config('alone'))
    expect(node.did).toMatch(/^did:conet:conet-[0-9a-f]{8}:Qm/)
    const found = await offersOf(node, '?lat=48.86&lon=2.35')
    expect(found).toMatchObject([
      { id: node.offers().get('home'), provider: node.did, providerName: 'alone', node: node.url, hops: 0 },
    ])
    expect((await get(node, `/1.0/identifiers/${node.did}`)).body.didDocument.id).toBe(node.did)
    expect((await get(node, '/healthz')).status).toBe(200)
    const [gateway] = (await get(node, '/v1/node')).body.gateways
    expect(gateway).toMatchObject({ host: '127.0.0.1', protocols: ['http', 'socks5'] })
    expect(gateway.port).toBeGreaterThan(0)
    expect((await get(node, '/v1/wallet')).body).toMatchObject({
      did: node.did,
      balances: [{ asset: 'credit', balance: '1000000000000' }],
    })
    for (const secret of ['identity.key', 'admin.token']) {
      expect(statSync(join(folder, 'alone', secret)).mode & 0o077).toBe(0)
    }
  })

  it('keeps who it is over a restart and publishes nothing twice', async () => {
    const first = await start(config('again'))
    const { did } = first
    const id = first.offers().get('home')
    await first.stop()
    const second = await start(config('again'))
    expect(second.did).toBe(did)
    expect(await offersOf(second)).toHaveLength(1)
    expect(second.offers().get('home')).not.toBe(id)
    expect((await get(second, '/v1/networks')).body.items).toHaveLength(1)
  })

  it('changes its offer on the ledger when the owner changes the price, and takes it down when sharing ends', async () => {
    const node = await start(config('prices'))
    const before = node.engine.info().height
    node.policy.put({ prices: { home: { perGiB: '7', perHour: '1' } } })
    await vi.waitFor(async () => {
      expect(await offersOf(node)).toMatchObject([{ version: 2, terms: { tariff: { perGiB: '7', perHour: '1' } } }])
    }, 30_000)
    expect(node.engine.info().height).toBeGreaterThan(before)
    node.policy.put({ sharing: false })
    await vi.waitFor(async () => expect(await offersOf(node)).toEqual([]), 30_000)
  })

  it('pays from its account, and shows it in the history after a rebuild too', async () => {
    const node = await start(config('payer'))
    const order = { to: 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK', asset: 'credit', amount: '5' }
    // Asked for twice, as after a lost answer: paid once.
    for (let time = 0; time < 2; time++) {
      const response = await fetch(`${node.url}/v1/wallet/transfer`, {
        method: 'POST',
        headers: { authorization: `Bearer ${node.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...order, key: 'one-order' }),
      })
      expect(await response.json()).toMatchObject({ code: 'OK' })
    }
    const history = async () => (await get(node, `/v1/accounts/${node.did}/history`)).body.items
    await vi.waitFor(async () => expect(await history()).toMatchObject([{ direction: 'out', amount: '5' }]), 30_000)
    await node.rebuildReadModel()
    await vi.waitFor(async () => expect(await history()).toMatchObject([{ direction: 'out', amount: '5' }]), 30_000)
  })

  it('lets others of its process share its ledger, and others follow it by HTTP', async () => {
    const operator = await start(config('operator'))
    const campus = await start(config('campus', { identity: { method: 'key' } }), { engine: operator.engine })
    expect(campus.did).toMatch(/^did:key:/)
    const remote = await start(config('remote', { ledger: { engine: 'follow', url: operator.url } }))
    expect(await offersOf(remote)).toHaveLength(3)
    expect(remote.engine.info().lid).toBe(operator.engine.info().lid)
  })

  it('relays through the node it names, and says so in its offer', async () => {
    const operator = await start(config('uplink'))
    const gateway = { upstream: { node: operator.url } }
    const household = await start(config('household', { gateway }), { engine: operator.engine })
    const found = await offersOf(operator, `?provider=${encodeURIComponent(household.did)}`)
    expect(found).toMatchObject([{ providerName: 'household', hops: 1 }])
  })

  it('keeps a second process off its folder and closes what it opened', async () => {
    const node = await start(config('locked'))
    await expect(startNode(config('locked'))).rejects.toMatchObject({ code: 'DATA_LOCKED' })
    expect((await get(node, '/healthz')).status).toBe(200)
  })

  it('withdraws its offers when it stops and answers no more', async () => {
    const operator = await start(config('stays'))
    const campus = await startNode(config('leaves'), { engine: operator.engine })
    expect(await offersOf(operator)).toHaveLength(2)
    await campus.stop()
    expect(await offersOf(operator)).toHaveLength(1)
    await expect(fetch(`${campus.url}/healthz`)).rejects.toThrow()
    expect(readdirSync(join(folder, 'leaves'))).toContain('offers.json')
  })
})
