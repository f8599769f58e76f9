import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NodeProcess, visitor } from './network.js'
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
  const pipe = 'curl -s --max-time 3 --proxy "$1" "$2" | (head -c 300000000 >/dev/null; sleep 3)'
  return new Promise(done => {
    execFile('sh', ['-c', pipe, 'sh', `http://127.0.0.1:${port}`, url], done)
  })
}

describe('a program that gives up, again and again', () => {
  const place = scratch()
  let origin: Origin
  let node: NodeProcess
  beforeAll(async () => {
    origin = await startOrigin()
    node = await NodeProcess.start(place.dir, { name: 'provider', egressAllow: [origin.authority] })
  })
  afterAll(async () => {
    await node?.running.end('SIGKILL')
    await origin.close()
    place.remove()
  })

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

  it.each(WAYS)(
    'and %s is at peace with an honest provider: what lay on the way is paid, and nobody disputes',
    async (way, giveUp) => {
      const client = await visitor(place.dir, `visitor-${way.split(' ')[0]}`, node)
      const online = await goOnline(client)
      for (let time = 0; time < GIVEN_UP; time++) await giveUp(online.port, `${origin.url}/bytes/100000000`)
      const { sessions } = await online.stop()
      expect(sessions.map(one => one.reason)).toEqual(['CLIENT_DONE'])
      const [session] = sessions
      expect(await node.session(session?.sid ?? '')).toMatchObject({ reason: 'CLIENT_DONE', owed: session?.paid })
      expect(existsSync(join(client.home, 'evidence'))).toBe(false)
      // More lay in buffers than the program read: the test would say nothing otherwise.
      expect(Number(session?.bytesDown)).toBeGreaterThan(GIVEN_UP * 300_000)
    },
    60_000,
  )

  it('or stops reading after a fast beginning, is at peace, too', async () => {
    const client = await visitor(place.dir, 'visitor-stops', node)
    const online = await goOnline(client)
    await Promise.all([1, 2, 3].map(() => stop(online.port, `${origin.url}/bytes/1000000000`)))
    const { sessions } = await online.stop()
    expect(sessions.map(one => one.reason)).toEqual(['CLIENT_DONE'])
    expect(existsSync(join(client.home, 'evidence'))).toBe(false)
  }, 60_000)
})
