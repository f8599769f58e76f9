import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommittedBlock } from '@conet/engines'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NodeProcess } from './network.js'
import { conet, scratch, until } from './program.js'
import { makeValidators, missingCometbft, type Validators } from './validators.js'

const CREDIT = 1_000_000n

/** Process of a node's engine, as it noted it. */
const enginePid = (node: NodeProcess) => Number(readFileSync(join(node.ledger, 'cometbft', 'cometbft.pid'), 'utf8'))
const lives = (pid: number) => existsSync(`/proc/${pid}`)

async function appHashes(node: NodeProcess, upTo: number): Promise<string[]> {
  const hashes: string[] = []
  while (hashes.length < upTo) {
    const path = `/v1/ledger/blocks?from=${hashes.length + 1}&limit=100`
    const { items } = await node.api.get<{ items: CommittedBlock[] }>(path)
    hashes.push(...items.map(block => block.result.appHash))
  }
  return hashes.slice(0, upTo)
}

function suite(): void {
  const place = scratch()
  const nodes = new Map<string, NodeProcess>()
  let validators: Validators
  const node = (name: string) => nodes.get(name) as NodeProcess
  const did = (name: string) => validators.dids.get(name) ?? ''
  const pay = (from: string, to: string, credits = 1n) => node(from).pay(did(to), credits * CREDIT)

  /** Every node that runs has the same height in the end, and the same app hash at each one before. */
  async function agree(): Promise<number> {
    const running = [...nodes.values()]
    const heights = async () => (await Promise.all(running.map(one => one.info()))).map(info => info.height)
    await until(async () => new Set(await heights()).size === 1, 60_000)
    const [height = 0] = await heights()
    const [first, ...others] = await Promise.all(running.map(one => appHashes(one, height)))
    for (const other of others) expect(other).toEqual(first)
    return height
  }

  beforeAll(async () => {
    validators = await makeValidators(place.dir, 4)
    const started = await Promise.all(validators.names.map(name => validators.start(name)))
    for (const one of started) nodes.set(one.name, one)
  }, 120_000)
  afterAll(async () => {
    for (const one of nodes.values()) await one.running.end('SIGKILL')
    place.remove()
  })

  it('orders what any owner submits, for all of them', async () => {
    await Promise.all([
      pay('owner1', 'owner2'),
      pay('owner2', 'owner3'),
      pay('owner3', 'owner4'),
      pay('owner4', 'owner1', 3n),
    ])
    expect(await agree()).toBeGreaterThan(0)
    for (const one of nodes.values()) expect(await one.balance(did('owner1'))).toBe(102n * CREDIT)
  }, 60_000)

  it('goes on without one of four, which catches up after kill -9 of node and engine', async () => {
    const dead = node('owner3')
    const pid = enginePid(dead)
    nodes.delete('owner3')
    await dead.running.end('SIGKILL')
    await until(() => !lives(pid))
    for (let i = 0; i < 5; i++) await pay('owner1', 'owner2')
    const height = await agree()
    nodes.set('owner3', await validators.start('owner3'))
    await until(async () => (await node('owner3').info()).height >= height, 60_000)
    await pay('owner3', 'owner1')
    await agree()
  }, 110_000)

  it('starts a killed engine again, says meanwhile that it is away, and loses nothing', async () => {
    const one = node('owner2')
    const pid = enginePid(one)
    const before = await one.balance(did('owner4'))
    process.kill(pid, 'SIGKILL')
    await until(async () => (await fetch(`${one.url}/healthz`)).status === 503, 5_000)
    await pay('owner1', 'owner4')
    await until(async () => (await fetch(`${one.url}/healthz`)).status === 200, 30_000)
    expect(enginePid(one)).not.toBe(pid)
    await pay('owner2', 'owner4')
    await agree()
    expect(await one.balance(did('owner4'))).toBe(before + 2n * CREDIT)
  }, 90_000)

  it('ends with its engines, and every folder verifies offline to the same app hash', async () => {
    const height = await agree()
    const { appHash } = await node('owner1').info()
    const pids = [...nodes.values()].map(enginePid)
    expect(await Promise.all([...nodes.values()].map(one => one.running.end('SIGINT')))).toEqual([0, 0, 0, 0])
    expect(pids.filter(lives)).toEqual([])
    for (const name of validators.names) {
      const { stdout } = await conet(['verify', join(place.dir, name, 'node', 'ledger'), '--json'])
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, height, appHash })
    }
  }, 90_000)
}

const missing = await missingCometbft()
if (missing === undefined) describe('four validators', suite)
else {
  it('four validators', context => {
    console.log(`SKIPPED: ${missing}`)
    context.skip(missing)
  })
}
