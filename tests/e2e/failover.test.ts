import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FUNDS, freePort, NodeProcess, visitor } from './network.js'
import { download, goOnline } from './online.js'
import { digestOf, type Origin, startOrigin } from './origin.js'
import { scratch, until } from './program.js'

describe('a provider that dies', () => {
  const place = scratch()
  let origin: Origin
  let keeper: NodeProcess
  let cheap: NodeProcess
  let dear: NodeProcess
  beforeAll(async () => {
    origin = await startOrigin()
    const egressAllow = [origin.authority]
    keeper = await NodeProcess.start(place.dir, { name: 'keeper', terms: { perGiB: '900000' }, egressAllow })
    const follow = keeper.url
    cheap = await NodeProcess.start(place.dir, { name: 'cheap', follow, egressAllow, port: await freePort() })
    dear = await NodeProcess.start(place.dir, { name: 'dear', follow, egressAllow, terms: { perGiB: '400000' } })
  }, 60_000)
  afterAll(async () => {
    for (const node of [cheap, dear, keeper]) await node?.running.end('SIGKILL')
    await origin.close()
    place.remove()
  })

  it.each([
    ['', 'keeper'],
    [', also those who look for offers at its own node', 'cheap'],
  ])(
    'loses its visitors to another within seconds, and all money is accounted for%s',
    async (_, asked) => {
      const client = await visitor(place.dir, `visitor-of-${asked}`, keeper, [cheap, dear])
      const listed = async (node: NodeProcess) => (await node.api.offers({ type: 'access' })).items.length
      await until(async () => (await listed(keeper)) === 3 && (await listed(cheap)) === 3)
      const earned = () => Promise.all([keeper.balance(cheap.did), keeper.balance(dear.did)])
      const before = await earned()
      const online = await goOnline(client, '--node', (asked === 'keeper' ? keeper : cheap).url)
      const first = await download(online.port, `${origin.url}/bytes/2000000?seconds=3`).done
      expect(first.digest).toBe(digestOf(2_000_000))
      const mine = async () => (await cheap.sessions()).find(one => one.peer === client.wallet.did)
      await until(async () => ((await mine())?.roundsPaid ?? 0) >= 1)
      await cheap.running.end('SIGKILL')
      const killedAt = Date.now()
      await until(async () => {
        const { digest } = await download(online.port, `${origin.url}/bytes/100000`).done
        return digest === digestOf(100_000)
      })
      expect(Date.now() - killedAt).toBeLessThan(10_000)
      await until(async () =>
        (await dear.sessions()).some(one => one.peer === client.wallet.did && one.roundsPaid >= 1),
      )
      const summary = await online.stop()
      expect(summary.sessions.map(one => one.providerName)).toEqual(['cheap', 'dear'])
      expect(summary.switches).toBe(1)
      cheap = await cheap.again()
      const promised = summary.sessions.map(one => BigInt(one.paid))
      const total = promised.reduce((sum, one) => sum + one, 0n)
      expect(String(total)).toBe(summary.paid.credit)
      await until(async () => (await keeper.balance(client.wallet.did)) === FUNDS - total)
      expect((await earned()).map((sum, i) => sum - (before[i] ?? 0n))).toEqual(promised)
    },
    60_000,
  )
})
