import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeApi, nodePorts } from '@conet/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FUNDS, freePort, NodeProcess, TERMS, type Up, type Visitor, visitor } from './network.js'
import { download, goOnline } from './online.js'
import { digestOf, type Origin, startOrigin } from './origin.js'
import { conet, Running, scratch, until } from './program.js'

describe('a node that follows the ledger of another', () => {
  const place = scratch()
  let origin: Origin
  let leader: NodeProcess
  let follower: Running<Up>
  let client: Visitor
  let followed: NodeApi
  beforeAll(async () => {
    origin = await startOrigin()
    leader = await NodeProcess.start(place.dir, { name: 'leader', port: await freePort() })
    client = await visitor(place.dir, 'visitor', leader)
  })
  afterAll(async () => {
    await follower?.end('SIGKILL')
    await leader?.running.end('SIGKILL')
    await origin.close()
    place.remove()
  })

  /** One paid visit through the follower's offer. @returns what the client promised */
  async function visit(): Promise<bigint> {
    const online = await goOnline(client, '--offer', follower.first.offers.access ?? '', '--node', followed.base)
    const bytes = 2_000_000
    const { digest } = await download(online.port, `${origin.url}/bytes/${bytes}?seconds=1`).done
    expect(digest).toBe(digestOf(bytes))
    await new Promise(done => setTimeout(done, TERMS.trialMs))
    return BigInt((await online.stop()).paid.credit ?? 0)
  }

  it('is made by conet init --follow, starts, and offers on the same ledger', async () => {
    const home = join(place.dir, 'follower')
    const made = await conet(['init', '--home', home, '--name', 'follower', '--follow', leader.url, '--json'])
    expect(JSON.parse(made.stdout)).toMatchObject({ ok: true })
    const config = join(home, 'config.yaml')
    const shorter = `$1\n      trialMs: ${TERMS.trialMs}\n      restMs: ${TERMS.restMs}`
    writeFileSync(config, readFileSync(config, 'utf8').replace(/(terms:)/, shorter))
    const env = {
      CONET_API_PORT: '0',
      CONET_GATEWAY_EGRESS_ALLOW: origin.authority,
      CONET_LOG_LEVEL: 'error',
      CONET_HOME: home,
    }
    follower = await Running.start<Up>(['up'], env)
    followed = new NodeApi(follower.first.url, { ports: nodePorts })
    const offer = follower.first.offers.access ?? ''
    await until(async () => (await leader.api.offers({ type: 'access' })).items.some(one => one.id === offer))
    const seen = (await followed.offers({ type: 'access' })).items.map(one => one.id)
    expect(seen.sort()).toEqual([offer, leader.offer].sort())
    expect((await followed.node()).lid).toBe((await leader.api.node()).lid)
  })

  it('sells a session whose settlement reaches the leader', async () => {
    const paid = await visit()
    expect(paid).toBeGreaterThan(0n)
    await until(async () => (await leader.balance(client.wallet.did)) === FUNDS - paid)
    await until(async () => (await leader.balance(follower.first.did)) === paid)
  })

  it('recovers when the leader is killed and comes back', async () => {
    const before = await leader.balance(client.wallet.did)
    await leader.running.end('SIGKILL')
    const paid = await visit()
    expect(paid).toBeGreaterThan(0n)
    leader = await leader.again()
    await until(async () => (await leader.balance(client.wallet.did)) === before - paid, 30_000)
    const same = async () => {
      const [one, other] = await Promise.all([leader.info(), followed.node()])
      return one.height === other.height && one.appHash === other.appHash
    }
    await until(same)
    for (const height of [1, Math.max(1, (await leader.info()).height - 1)]) {
      const of = (api: NodeApi) => api.get<{ result: { appHash: string } }>(`/v1/ledger/blocks/${height}`)
      expect((await of(followed)).result.appHash).toBe((await of(leader.api)).result.appHash)
    }
  }, 60_000)
})
