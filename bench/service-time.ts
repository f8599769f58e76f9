import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { KeyBook, NodeApi, nodePorts, type Offer, requestGrant, type Wallet, walletFromSeed } from '@conet/client'
import { openTunnel } from '@conet/client/proxy'
import { hasCometbft, startOthers, VALIDATORS } from './service-time/consortium.js'
import type { Ready } from './service-time/provider.js'

/**
 * Time to service on loopback: request sent → first byte of a local origin through the gateway, 500 sessions one after the
 * other, each of its own identity (`p50Ms`, `p99Ms`).
 *
 * Control in the same run, the same offer with the contract first: `sessions/open` committed and durable on the ledger,
 * then the request that names it. Where CometBFT is found, the ledger of the control is that of a consortium: the provider's
 * node and three more validators on this machine (`contractFirstP50Ms`, over `consortiumSessions` sessions; `consortiumP50Ms`
 * is service first on that same ledger). `contractFirstSoloP50Ms` is the control on the solo engine: one disk flush, no other
 * validator to wait for, the best case. Without CometBFT it is the only one, and `contractFirstP50Ms` is the same figure.
 * Limits: p50 ≤ 10 ms, p99 ≤ 30 ms, control ≥ 10 × slower at p50.
 */

const SESSIONS = Number(process.env.CONET_BENCH_SESSIONS ?? 500)
const WARM_UP = 20
/** A commit of four validators takes long enough that fewer sessions give a steady median. */
const CONSORTIUM_SESSIONS = Number(process.env.CONET_BENCH_CONSORTIUM_SESSIONS ?? 60)
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

interface Times {
  /** Sorted milliseconds. */
  readonly service: readonly number[]
  readonly contract: readonly number[]
}

/** Both ways on one node, `sessions` times each. @param config - further members of the node's configuration */
async function measure(sessions: number, config?: object): Promise<Times> {
  const script = fileURLToPath(new URL('./service-time/provider.js', import.meta.url))
  const child = fork(script, config === undefined ? [] : [JSON.stringify(config)])
  const gone = once(child, 'exit')
  try {
    const ready = await Promise.race([
      once(child, 'message').then(([message]) => message as Ready),
      gone.then(([code]) => Promise.reject(new Error(`the provider ended with ${code}`))),
    ])
    const api = new NodeApi(ready.url, { ports: nodePorts })
    const keys = new KeyBook(api)
    const offer = await offerOf(api, ready.offer)
    await keys.prepare(offer.provider)
    const { lid } = await api.node()
    const bench: Bench = { api, keys, lid, offer, origin: ready.origin }
    const wallets = await funded(2 * (sessions + WARM_UP), ready, bench)
    const service = await timed(wallets.slice(0, sessions + WARM_UP), wallet => serviceFirst(bench, wallet))
    const contract = await timed(wallets.slice(sessions + WARM_UP), wallet => contractFirst(bench, wallet))
    return { service, contract }
  } finally {
    if (child.connected) child.disconnect()
    await gone.catch(() => undefined)
  }
}

/** The same on the ledger of four validators; `undefined` where CometBFT is missing. */
async function measureConsortium(): Promise<Times | undefined> {
  if (!(await hasCometbft())) return undefined
  const others = await startOthers()
  try {
    return await measure(CONSORTIUM_SESSIONS, others.config)
  } finally {
    await others.end()
  }
}

async function run(): Promise<void> {
  const solo = await measure(SESSIONS)
  const consortium = await measureConsortium()
  const { contract } = consortium ?? solo
  const p50 = quantile(solo.service, 0.5)
  const figures = {
    p50Ms: rounded(p50),
    p99Ms: rounded(quantile(solo.service, 0.99)),
    contractFirstP50Ms: rounded(quantile(contract, 0.5)),
    contractFirstP99Ms: rounded(quantile(contract, 0.99)),
    contractFirstSoloP50Ms: rounded(quantile(solo.contract, 0.5)),
    timesFaster: rounded(quantile(contract, 0.5) / p50),
    sessions: solo.service.length,
    validators: consortium === undefined ? 1 : VALIDATORS,
    consortiumSessions: consortium?.contract.length ?? 0,
    ...(consortium && { consortiumP50Ms: rounded(quantile(consortium.service, 0.5)) }),
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}

await run()
