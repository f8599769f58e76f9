import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { KeyBook, NodeApi, nodePorts, type Offer, requestGrant, type Wallet, walletFromSeed } from '@conet/client'
import { openTunnel } from '@conet/client/proxy'
import type { Ready } from './service-time/provider.js'

/**
 * Time to service on loopback: request sent → first byte of a local origin through the gateway, 500 sessions one after the
 * other, each of its own identity.
 *
 * Control in the same run, the same offer with the contract first: `sessions/open` committed and durable on the ledger,
 * then the request that names it. The ledger is the solo engine: one disk flush, no other validator to wait for, which is
 * the best case for the control. Limits: p50 ≤ 10 ms, p99 ≤ 30 ms, control ≥ 10 × slower at p50.
 */

const SESSIONS = Number(process.env.CONET_BENCH_SESSIONS ?? 500)
const WARM_UP = 20
const AMOUNT = 1_000_000n
const FUNDING_AT_ONCE = 50

const rounded = (value: number) => Number(value.toFixed(2))
const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

interface Bench {
  readonly api: NodeApi
  readonly keys: KeyBook
  readonly lid: string
  readonly offer: Offer
  readonly origin: string
}

async function firstByte(target: string, access: Parameters<typeof openTunnel>[0]): Promise<void> {
  const socket = await openTunnel(access, target)
  socket.write(`GET / HTTP/1.1\r\nHost: ${target}\r\nConnection: close\r\n\r\n`)
  const data = once(socket, 'data')
  // The tunnel comes paused, so that nothing is lost before somebody listens.
  socket.resume()
  await data
  socket.destroy()
}

/** @returns milliseconds from the request to the first byte */
async function serviceFirst(bench: Bench, wallet: Wallet): Promise<number> {
  const start = performance.now()
  const { grant } = await requestGrant({ ...bench, ports: nodePorts, wallet })
  await firstByte(bench.origin, grant.access)
  return performance.now() - start
}

/** The same with the contract first: nothing flows before the ledger has it. */
async function contractFirst(bench: Bench, wallet: Wallet): Promise<number> {
  const { api, lid, offer } = bench
  const escrow = randomBytes(16).toString('hex')
  const { asset } = offer.terms.tariff
  const start = performance.now()
  const expiresMs = Date.now() + 600_000
  const open = { escrow, provider: offer.provider, asset, amount: AMOUNT / 2n, expiresMs }
  const { code } = await api.submit(wallet.signTx(lid, 'sessions/open', open))
  if (code !== 'OK') throw new Error(`sessions/open: ${code}`)
  const { grant } = await requestGrant({ ...bench, ports: nodePorts, wallet, escrow })
  await firstByte(bench.origin, grant.access)
  return performance.now() - start
}

async function funded(count: number, ready: Ready, bench: Bench): Promise<Wallet[]> {
  const wallets = Array.from({ length: count }, () => walletFromSeed(randomBytes(32), nodePorts))
  const admin = new NodeApi(ready.url, { ports: nodePorts, token: ready.token })
  for (let from = 0; from < count; from += FUNDING_AT_ONCE) {
    const group = wallets.slice(from, from + FUNDING_AT_ONCE)
    const { asset } = bench.offer.terms.tariff
    await Promise.all(
      group.map(({ did }) => admin.post('/v1/wallet/transfer', { to: did, asset, amount: AMOUNT.toString() })),
    )
  }
  return wallets
}

async function timed(wallets: readonly Wallet[], one: (wallet: Wallet) => Promise<number>): Promise<number[]> {
  const times: number[] = []
  for (const [index, wallet] of wallets.entries()) {
    const took = await one(wallet)
    if (index >= WARM_UP) times.push(took)
  }
  return times.sort((a, b) => a - b)
}

async function offerOf(api: NodeApi, id: string): Promise<Offer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await api.offer(id)
    } catch (error) {
      // The read model follows the ledger within moments.
      if (attempt >= 50) throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

async function run(): Promise<void> {
  const child = fork(fileURLToPath(new URL('./service-time/provider.js', import.meta.url)))
  try {
    const [ready] = (await once(child, 'message')) as [Ready]
    const api = new NodeApi(ready.url, { ports: nodePorts })
    const keys = new KeyBook(api)
    const offer = await offerOf(api, ready.offer)
    await keys.prepare(offer.provider)
    const { lid } = await api.node()
    const bench: Bench = { api, keys, lid, offer, origin: ready.origin }
    const wallets = await funded(2 * (SESSIONS + WARM_UP), ready, bench)
    const service = await timed(wallets.slice(0, SESSIONS + WARM_UP), wallet => serviceFirst(bench, wallet))
    const contract = await timed(wallets.slice(SESSIONS + WARM_UP), wallet => contractFirst(bench, wallet))
    const p50 = quantile(service, 0.5)
    const contractP50 = quantile(contract, 0.5)
    const figures = {
      p50Ms: rounded(p50),
      p99Ms: rounded(quantile(service, 0.99)),
      contractFirstP50Ms: rounded(contractP50),
      contractFirstP99Ms: rounded(quantile(contract, 0.99)),
      timesFaster: rounded(contractP50 / p50),
      sessions: service.length,
    }
    process.stdout.write(`${JSON.stringify(figures)}\n`)
  } finally {
    child.disconnect()
  }
}

await run()
