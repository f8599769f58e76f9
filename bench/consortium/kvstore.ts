import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { chainGenesis, cometbftKeys, findCometbft, freePort, launch, Rpc, writeHome } from '@conet/engines/cometbft'
import { LID } from './load.js'
import { cpuSeconds } from './program.js'

/** The control: CometBFT's own key-value store, in its process, on as many nodes with the same settings and sizes. */

/** Handed over at a time. */
const BATCH = 250
const LOOK_MS = 20

interface Status {
  readonly sync_info: { readonly catching_up: boolean; readonly latest_block_height: string }
}
interface BlockMetas {
  readonly block_metas: readonly { readonly num_txs: string }[]
}
interface KvNode {
  readonly child: ChildProcess
  readonly rpc: Rpc
}

/**
 * Commits keys of `bytes` bytes for a while with at most `window` under way on all nodes together.
 * @returns transactions per second, from the headers of the blocks, and processor time for each with what feeds them
 */
export async function kvstoreRate(
  dir: string,
  nodes: number,
  bytes: number,
  window: number,
  warmMs: number,
  ms: number,
) {
  const network = await startNetwork(dir, nodes)
  try {
    const feeding = new AbortController()
    const feeders = network.map((node, i) => feed(node.rpc, i, bytes, window, feeding.signal))
    await pause(warmMs)
    const first = await heightOf(network)
    const startMs = performance.now()
    const used = cpuOf(network)
    await pause(ms)
    const last = await heightOf(network)
    const seconds = (performance.now() - startMs) / 1000
    const cpu = cpuOf(network) - used
    feeding.abort()
    await Promise.all(feeders)
    const txs = await txsBetween(network, first, last)
    return { txPerSecond: txs / seconds, cpuMicros: (cpu * 1e6) / txs }
  } finally {
    for (const { child, rpc } of network) {
      rpc.close()
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
  }
}

function cpuOf(network: readonly KvNode[]): number {
  return network.reduce((sum, { child }) => sum + cpuSeconds(child.pid), cpuSeconds(process.pid))
}

async function startNetwork(dir: string, count: number): Promise<KvNode[]> {
  const places = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const home = join(dir, `kv${i}`)
      await mkdir(home, { recursive: true })
      return { home, port: await freePort(), ...(await cometbftKeys(home)) }
    }),
  )
  const validators = places.map(({ validatorKey }) => ({ owner: '', publicKey: validatorKey, power: 10 }))
  const genesis = chainGenesis({ lid: LID, timeMs: Date.now(), assets: [], accounts: [], validators }, '')
  const started: KvNode[] = []
  for (const { home, port, nodeId } of places) {
    const peers = places
      .filter(other => other.nodeId !== nodeId)
      .map(other => `${other.nodeId}@127.0.0.1:${other.port}`)
    const rpcSocket = join(home, 'rpc.sock')
    const settings = {
      moniker: 'kv',
      appSocket: '',
      rpcSocket,
      p2pListen: `127.0.0.1:${port}`,
      peers,
      logLevel: 'error',
    }
    await writeHome(home, settings, genesis.text)
    const log = openSync(join(home, 'log'), 'a')
    const { path: binary } = await findCometbft()
    const args = ['start', '--home', home, '--proxy_app=kvstore']
    const child = launch(binary, args, ['ignore', log, log])
    started.push({ child, rpc: new Rpc(rpcSocket) })
  }
  for (const { rpc } of started) await synced(rpc)
  return started
}

async function synced(rpc: Rpc): Promise<void> {
  for (;;) {
    const status = (await rpc.call('status').catch(() => undefined)) as Status | undefined
    if (status?.sync_info.catching_up === false && status.sync_info.latest_block_height !== '0') return
    await pause(100)
  }
}

/** Keeps the mempool, which all nodes share by gossip, filled up to `window`. */
async function feed(rpc: Rpc, part: number, bytes: number, window: number, signal: AbortSignal): Promise<void> {
  for (let made = 0; !signal.aborted; ) {
    const { n_txs } = (await rpc.call('num_unconfirmed_txs')) as { n_txs: string }
    const room = Math.floor((window - Number(n_txs)) / 4)
    if (room < BATCH / 4) {
      await pause(LOOK_MS)
      continue
    }
    const count = Math.min(BATCH, room)
    await rpc.broadcast(Array.from({ length: count }, (_, i) => pair(part, made + i, bytes)))
    made += count
  }
}

function pair(part: number, i: number, bytes: number): string {
  const key = `${part}-${i}=`
  return key + 'x'.repeat(bytes - key.length)
}

async function heightOf(network: readonly KvNode[]): Promise<number> {
  const status = (await network[0]?.rpc.call('status')) as Status | undefined
  return Number(status?.sync_info.latest_block_height)
}

async function txsBetween(network: readonly KvNode[], first: number, last: number): Promise<number> {
  let txs = 0
  for (let from = first + 1; from <= last; from += 20) {
    const range = { minHeight: String(from), maxHeight: String(Math.min(last, from + 19)) }
    const answer = (await network[0]?.rpc.call('blockchain', range)) as BlockMetas | undefined
    for (const meta of answer?.block_metas ?? []) txs += Number(meta.num_txs)
  }
  return txs
}
