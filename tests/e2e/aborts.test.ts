import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FUNDS, NodeProcess, visitor } from './network.js'
import { curl, goOnline } from './online.js'
import { type Origin, startOrigin } from './origin.js'
import { scratch } from './program.js'

const GIVEN_UP = 20
/** curl's status when `--max-time` is over. */
const TIMED_OUT = 28

/** Takes the first 100 kB of a large answer and leaves. */
function head(port: number, url: string): Promise<string> {
  const pipe = 'curl -s --proxy "$1" "$2" | head -c 100000 | wc -c'
  return new Promise(done => {
    execFile('sh', ['-c', pipe, 'sh', `http://127.0.0.1:${port}`, url], (_error, stdout) => done(stdout.trim()))
  })
}

/** Begins quickly, so that every buffer on the way grows, and then stops reading until it is ended. */
function stop(port: number, url: string): Promise<unknown> {
  const pipe = 'curl -s --max-time 7 --proxy "$1" "$2" | (head -c 60000000 >/dev/null; sleep 7)'
  return new Promise(done => {
    execFile('sh', ['-c', pipe, 'sh', `http://127.0.0.1:${port}`, url], done)
  })
}

const WAYS: readonly [string, (port: number, url: string) => Promise<void>][] = [
  [
    'reads slowly',
    async (port, url) => {
      const slowly = ['--proxy', `http://127.0.0.1:${port}`, '--limit-rate', '100k', '--max-time', '1']
      expect((await curl(...slowly, '-o', '/dev/null', url)).code).toBe(TIMED_OUT)
    },
  ],
  ['leaves soon', async (port, url) => expect(await head(port, url)).toBe('100000')],
]

const disputes = async (node: NodeProcess) =>
  (await node.sessions()).filter(one => one.reason === 'METER_DISPUTE').map(one => one.sid)

describe('a program that gives up, again and again', () => {
  const place = scratch()
  let origin: Origin
  let operator: NodeProcess
  let household: NodeProcess
  beforeAll(async () => {
    origin = await startOrigin()
    const egressAllow = [origin.authority]
    operator = await NodeProcess.start(place.dir, { name: 'operator', egressAllow })
    const upstream = operator.url
    household = await NodeProcess.start(place.dir, { name: 'household', egressAllow, upstream, follow: upstream })
    await operator.pay(household.did, FUNDS)
  }, 60_000)
  afterAll(async () => {
    for (const node of [household, operator]) await node?.running.end('SIGKILL')
    await origin.close()
    place.remove()
  })

  it.each(WAYS)(
    'and %s is at peace with an honest provider: what lay on the way is paid, and nobody disputes',
    async (way, giveUp) => {
      const client = await visitor(place.dir, `visitor-${way.split(' ')[0]}`, operator)
      const online = await goOnline(client, '--offer', operator.offer)
      for (let time = 0; time < GIVEN_UP; time++) await giveUp(online.port, `${origin.url}/bytes/100000000`)
      const { sessions } = await online.stop()
      expect(sessions.map(one => one.reason)).toEqual(['CLIENT_DONE'])
      const [session] = sessions
      expect(await operator.session(session?.sid ?? '')).toMatchObject({ reason: 'CLIENT_DONE', owed: session?.paid })
      expect(existsSync(join(client.home, 'evidence'))).toBe(false)
      // More lay in buffers than the program read: the test would say nothing otherwise.
      expect(Number(session?.bytesDown)).toBeGreaterThan(GIVEN_UP * 300_000)
    },
    60_000,
  )

  it.each(WAYS)(
    'and %s behind a relay leaves the relay at peace with its provider',
    async (way, giveUp) => {
      const client = await visitor(place.dir, `relayed-${way.split(' ')[0]}`, operator, [household])
      const online = await goOnline(client, '--offer', household.offer, '--node', household.url)
      for (let time = 0; time < GIVEN_UP; time++) await giveUp(online.port, `${origin.url}/bytes/100000000`)
      expect((await online.stop()).sessions.map(one => one.reason)).toEqual(['CLIENT_DONE'])
      expect([...(await disputes(household)), ...(await disputes(operator))]).toEqual([])
    },
    60_000,
  )

  it('or stops reading after a fast beginning, is at peace, too', async () => {
    const client = await visitor(place.dir, 'visitor-stops', operator)
    const online = await goOnline(client, '--offer', operator.offer)
    await stop(online.port, `${origin.url}/bytes/1000000000`)
    const { sessions } = await online.stop()
    expect(sessions.map(one => one.reason)).toEqual(['CLIENT_DONE'])
    expect(existsSync(join(client.home, 'evidence'))).toBe(false)
  }, 60_000)
})
