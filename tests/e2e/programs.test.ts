import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FUNDS, NodeProcess, type Visitor, visitor } from './network.js'
import { curl, download, goOnline, type Online, programAt } from './online.js'
import { digestOf, type Origin, startOrigin } from './origin.js'
import { scratch } from './program.js'

const MIB = 2 ** 20
const CURL = programAt('/usr/bin/curl', '/usr/local/bin/curl', '/bin/curl')
const CHROMIUM = programAt('/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome')
const BROWSER_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
]

describe('programs behind the local port', () => {
  const place = scratch()
  let origin: Origin
  let node: NodeProcess
  let client: Visitor
  let online: Online
  let proxy = ''
  beforeAll(async () => {
    origin = await startOrigin()
    node = await NodeProcess.start(place.dir, { name: 'provider', egressAllow: [origin.authority] })
    client = await visitor(place.dir, 'visitor', node)
    online = await goOnline(client)
    proxy = `127.0.0.1:${online.port}`
  })
  afterAll(async () => {
    await online?.kill()
    await node?.running.end('SIGKILL')
    await origin.close()
    place.remove()
  })

  it.runIf(CHROMIUM)('shows a page with its script in Chromium, and a WebSocket echoes', async () => {
    const args = [...BROWSER_FLAGS, `--proxy-server=http://${proxy}`, '--proxy-bypass-list=<-loopback>']
    const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args })
    try {
      const page = await browser.newPage()
      await page.goto(origin.url)
      expect(await page.textContent('h1')).toBe('You are online.')
      expect(await page.textContent('#script')).toBe('script loaded')
      const echoed = await page.evaluate(
        url =>
          new Promise<string>((done, fail) => {
            const line = new WebSocket(url)
            line.onopen = () => line.send('x'.repeat(100_000))
            line.onmessage = message => done(`${String(message.data).length} back`)
            line.onerror = () => fail(new Error('the line failed'))
          }),
        origin.url.replace('http', 'ws'),
      )
      expect(echoed).toBe('100000 back')
    } finally {
      await browser.close()
    }
  })

  it.runIf(CURL)(
    'downloads and uploads with curl over HTTP, CONNECT and SOCKS5, byte for byte',
    async () => {
      const file = join(place.dir, 'upload')
      const bytes = randomBytes(12 * MIB)
      writeFileSync(file, bytes)
      const sent = createHash('sha256').update(bytes).digest('hex')
      const ways = [
        ['-x', `http://${proxy}`],
        ['-p', '-x', `http://${proxy}`],
        ['-x', `socks5h://${proxy}`],
      ]
      for (const way of ways) {
        const output = join(place.dir, 'download')
        const got = await curl(
          ...way,
          '-o',
          output,
          '-w',
          '%{http_code} %{size_download}',
          `${origin.url}/bytes/${24 * MIB}`,
        )
        expect(got).toMatchObject({ code: 0, stdout: `200 ${24 * MIB}` })
        const sum = await curl(...way, '--data-binary', `@${file}`, `${origin.url}/upload`)
        expect(sum).toMatchObject({ code: 0, stdout: sent })
      }
    },
    60_000,
  )

  it.runIf(CURL)('streams: chunks come as they are sent', async () => {
    const { stdout } = await curl(
      '-N',
      '-x',
      `http://${proxy}`,
      '-w',
      '%{time_starttransfer} %{time_total}',
      `${origin.url}/ticks`,
    )
    const lines = stdout.split('\n')
    expect(lines.slice(0, 5)).toEqual([1, 2, 3, 4, 5].map(count => `tick ${count}`))
    const [first = 0, total = 0] = (lines[5] ?? '').split(' ').map(Number)
    expect(total - first).toBeGreaterThan(0.5)
  })

  it('loses no byte in many downloads at once, over several rounds', async () => {
    const sizes = Array.from({ length: 24 }, (_, at) => 1 + at * 400_009)
    const all = sizes.map(size => ({ size, running: download(online.port, `${origin.url}/bytes/${size}?seconds=3`) }))
    for (const { size, running } of all) {
      expect(await running.done).toEqual({ complete: true, status: 200, digest: digestOf(size) })
    }
  }, 60_000)

  it('agrees on bytes and money in the end', async () => {
    const summary = await online.stop()
    const [session] = summary.sessions
    expect(summary.sessions).toHaveLength(1)
    const view = await node.session(session?.sid ?? '')
    expect([view.bytesUp, view.bytesDown]).toEqual([summary.bytesUp, summary.bytesDown])
    expect(view).toMatchObject({ reason: 'CLIENT_DONE', paid: session?.paid, settled: session?.paid })
    expect(FUNDS - (await node.balance(client.wallet.did))).toBe(BigInt(session?.paid ?? 0))
  })
})
