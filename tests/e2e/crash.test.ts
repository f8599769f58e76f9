import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CUT_MS, FUNDS, freePort, NodeProcess, visitor } from './network.js'
import { download, goOnline } from './online.js'
import { type Origin, startOrigin } from './origin.js'
import { conet, scratch, until } from './program.js'

const MIB = 2 ** 20

describe('a crash', () => {
  const place = scratch()
  let origin: Origin
  let node: NodeProcess
  beforeAll(async () => {
    origin = await startOrigin()
    const wish = { name: 'provider', egressAllow: [origin.authority], port: await freePort() }
    node = await NodeProcess.start(place.dir, wish)
  })
  afterAll(async () => {
    await node?.running.end('SIGKILL')
    await origin.close()
    place.remove()
  })

  it('of a client settles what it promised, and its session ends unpaid', async () => {
    const client = await visitor(place.dir, 'killed', node)
    const online = await goOnline(client)
    const running = download(online.port, `${origin.url}/bytes/${8 * MIB}?seconds=20`)
    await until(async () => (await node.sessions()).some(one => one.roundsPaid >= 2))
    await online.kill()
    await running.done
    const own = async () => (await node.sessions()).find(one => one.peer === client.wallet.did)
    await until(async () => (await own())?.state === 'closed')
    await until(async () => (await own())?.settled === (await own())?.paid)
    const session = await own()
    expect(BigInt(session?.paid ?? 0)).toBeGreaterThan(0n)
    expect(session?.reason).toBe('NOT_PAID')
    expect(FUNDS - (await node.balance(client.wallet.did))).toBe(BigInt(session?.settled ?? 0))
  })

  it(
    'of the provider lets no byte through, loses no promise, and leaves a ledger that verifies',
    async () => {
      const client = await visitor(place.dir, 'visitor', node)
      const online = await goOnline(client)
      const running = download(online.port, `${origin.url}/bytes/${32 * MIB}?seconds=30`)
      const mine = async () => (await node.sessions()).find(one => one.peer === client.wallet.did)
      await until(async () => ((await mine())?.roundsPaid ?? 0) >= 3)
      expect(running.bytes).toBeGreaterThan(0)
      await node.running.end('SIGKILL')
      const killedAt = Date.now()
      const summary = await online.stop()
      expect((await running.done).complete).toBe(false)
      expect(running.lastAt).toBeLessThan(killedAt + 1_000)
      node = await node.again()
      const [session] = summary.sessions
      const sid = session?.sid ?? ''
      await until(async () => (await node.session(sid)).settled === session?.paid)
      expect(FUNDS - (await node.balance(client.wallet.did))).toBe(BigInt(session?.paid ?? 0))
      expect(BigInt(session?.paid ?? 0)).toBeGreaterThan(0n)
      expect(await node.running.end()).toBe(0)
      const { code, stdout } = await conet(['verify', node.ledger, '--json'])
      expect(JSON.parse(stdout)).toMatchObject({ ok: true })
      expect(code).toBe(0)
    },
    CUT_MS + 60_000,
  )
})
