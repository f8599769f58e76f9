import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HandSession } from './by-hand.js'
import { FUNDS, NodeProcess, visitor } from './network.js'
import { curl, download, goOnline, programAt } from './online.js'
import { digestOf, type Origin, startOrigin } from './origin.js'
import { scratch, until } from './program.js'

const MIB = 2 ** 20
const CURL = programAt('/usr/bin/curl', '/usr/local/bin/curl', '/bin/curl')

describe('a chain of three: phone, household, operator', () => {
  const place = scratch()
  let origin: Origin
  let operator: NodeProcess
  let household: NodeProcess
  let phone: NodeProcess
  beforeAll(async () => {
    origin = await startOrigin()
    const egressAllow = [origin.authority]
    operator = await NodeProcess.start(place.dir, { name: 'operator', egressAllow })
    const over = (name: string, upstream: string, factor: number) =>
      NodeProcess.start(place.dir, {
        ...{ name, upstream, egressAllow, follow: operator.url },
        terms: { perGiB: String(200_000 * factor), perHour: String(36_000 * factor) },
      })
    household = await over('household', operator.url, 2)
    phone = await over('phone', household.url, 3)
    await operator.pay(household.did, FUNDS)
    await operator.pay(phone.did, FUNDS)
  }, 60_000)
  afterAll(async () => {
    for (const node of [phone, household, operator]) await node?.running.end('SIGKILL')
    await origin.close()
    place.remove()
  })

  it('brings bytes intact, pays every hop, and every relay earns more than it pays', async () => {
    const client = await visitor(place.dir, 'visitor', operator, [phone])
    const { hops } = await phone.api.offer(phone.offer)
    expect(hops).toBe(2)
    const online = await goOnline(client, '--offer', phone.offer, '--node', phone.url)
    for (let part = 0; part < 3; part++) {
      const { digest } = await download(online.port, `${origin.url}/bytes/${6 * MIB}?seconds=2`).done
      expect(digest).toBe(digestOf(6 * MIB))
    }
    const paid = BigInt((await online.stop()).paid.credit ?? 0)
    expect(await phone.running.end()).toBe(0)
    expect(await household.running.end()).toBe(0)
    await until(async () => (await operator.balance(client.wallet.did)) === FUNDS - paid)
    const settled = (node: NodeProcess) => async () => (await node.sessions()).every(one => one.settled === one.paid)
    await until(settled(operator))
    const gain = async (did: string) => (await operator.balance(did)) - FUNDS
    const [phoneGain, householdGain] = [await gain(phone.did), await gain(household.did)]
    const operatorGain = (await operator.sessions()).reduce((sum, one) => sum + BigInt(one.settled), 0n)
    expect(phoneGain).toBeGreaterThan(0n)
    expect(householdGain).toBeGreaterThan(0n)
    expect(operatorGain).toBeGreaterThan(0n)
    expect(phoneGain + householdGain + operatorGain).toBe(paid)
  }, 60_000)
})

describe('what a gateway refuses', () => {
  const place = scratch()
  let origin: Origin
  let operator: NodeProcess
  let household: NodeProcess
  beforeAll(async () => {
    origin = await startOrigin()
    const egressAllow = [origin.authority]
    // A trial long enough for every try.
    const terms = { trialMs: 60_000, restMs: 1_000 }
    operator = await NodeProcess.start(place.dir, { name: 'operator', egressAllow, terms })
    const dearer = { ...terms, perGiB: '400000', perHour: '72000' }
    const relay = { name: 'household', upstream: operator.url, follow: operator.url, egressAllow, terms: dearer }
    household = await NodeProcess.start(place.dir, relay)
    await operator.pay(household.did, FUNDS)
  }, 60_000)
  afterAll(async () => {
    for (const node of [household, operator]) await node?.running.end('SIGKILL')
    await origin.close()
    place.remove()
  })

  /** Where nobody may go: the node's own API in every spelling, metadata, private and unspecified addresses. */
  const forbidden = () => {
    const { port } = new URL(operator.url)
    const own = ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '127.1', '2130706433', '[::ffff:127.0.0.1]', '127.0.0.2']
    return [...own.map(host => `http://${host}:${port}/v1/node`), 'http://169.254.169.254/', 'http://10.0.0.1/']
  }
  const ways = ({ grant }: HandSession) => {
    const { port, username, password } = grant.access
    const at = `${username}:${password}@127.0.0.1:${port}`
    return [
      ['-x', `http://${at}`],
      ['-p', '-x', `http://${at}`],
      ['-x', `socks5h://${at}`],
      ['-x', `socks5://${at}`],
    ]
  }

  it.runIf(CURL).each([['directly'], ['over a relay']])(
    '%s: own, private and metadata addresses, by every entry',
    async how => {
      const node = how === 'directly' ? operator : household
      const { wallet } = await visitor(place.dir, `visitor-${how.length}`, operator, [household])
      const session = await HandSession.open(node, wallet)
      for (const way of ways(session)) {
        const good = await curl(...way, '-m', '10', `${origin.url}/bytes/1000`, '-o', '/dev/null', '-w', '%{http_code}')
        expect({ way: way[0], ...good }).toMatchObject({ code: 0, stdout: '200' })
        const tries = forbidden().map(async url => {
          const { code, stdout } = await curl(...way, '-g', '-m', '10', '-w', '\n%{http_code}', url)
          const [status = ''] = stdout.split('\n').slice(-1)
          return { url, reached: stdout.includes('appHash') || (code === 0 && !/^[45]/.test(status)) }
        })
        expect((await Promise.all(tries)).filter(one => one.reached)).toEqual([])
      }
      session.line.terminate()
    },
    60_000,
  )

  it.runIf(CURL)(
    'credentials of another session, of another gateway, and guesses',
    async () => {
      const open = async (name: string, node: NodeProcess) =>
        HandSession.open(node, (await visitor(place.dir, name, operator, [household])).wallet)
      const [one, other, relayed] = [await open('a', operator), await open('b', operator), await open('c', household)]
      const { port, username, password } = one.grant.access
      const guesses = [
        `${username}:${other.grant.access.password}@127.0.0.1:${port}`,
        `${relayed.grant.access.username}:${relayed.grant.access.password}@127.0.0.1:${port}`,
        `${username}:${password}@127.0.0.1:${relayed.grant.access.port}`,
        `${username}:@127.0.0.1:${port}`,
        `127.0.0.1:${port}`,
      ]
      for (const guess of guesses) {
        const { stdout } = await curl('-x', `http://${guess}`, '-o', '/dev/null', '-w', '%{http_code}', origin.url)
        expect(stdout).toBe('407')
        expect((await curl('-x', `socks5h://${guess}`, origin.url)).code).not.toBe(0)
        const tunnel = await curl('-p', '-x', `http://${guess}`, '-o', '/dev/null', '-w', '%{http_connect}', origin.url)
        expect(tunnel.stdout).toBe('407')
      }
      expect((await curl('-x', one.proxy, '-o', '/dev/null', '-w', '%{http_code}', origin.url)).stdout).toBe('200')
      for (const session of [one, other, relayed]) session.line.terminate()
    },
    60_000,
  )

  it('what a relay would lose money on', async () => {
    const wish = { name: 'fool', upstream: operator.url, follow: operator.url, terms: { perGiB: '1', trialMs: 2_000 } }
    await expect(NodeProcess.start(place.dir, wish)).rejects.toThrow('RELAY_LOSS')
  })
})
