import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createPortal, type Portal } from './portal.js'

const OPENSSL = '/usr/bin/openssl'
const missing = existsSync(OPENSSL) ? undefined : `${OPENSSL} is not installed`
if (missing !== undefined) console.log(`SKIPPED: the portal by TLS: ${missing}`)

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A key and a certificate of its own, for a day. */
function certificate(): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'conet-tls-'))
  closers.push(() => rmSync(folder, { recursive: true, force: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const name = ['-days', '1', '-subj', '/CN=login.example']
  execFileSync(OPENSSL, ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...name], { stdio: 'ignore' })
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

async function start(tls?: { cert: string; key: string }): Promise<{ portal: Portal; port: number; lines: string[] }> {
  const lines: string[] = []
  const portal = createPortal({
    listen: { host: '127.0.0.1', port: 0 },
    leases: { of: () => undefined },
    ...(tls && { tls, publicUrl: 'https://login.example' }),
    api: {
      handle: (_request, response) => response.end('{}'),
      upgrade: (request, socket) => {
        lines.push(String(request.url))
        socket.end('HTTP/1.1 418 Teapot\r\n\r\n')
      },
    },
  })
  await portal.start()
  closers.push(() => portal.stop())
  return { portal, port: Number(new URL(portal.url).port), lines }
}

function ask(secure: boolean, port: number, path: string, headers: Record<string, string>) {
  const options = { host: '127.0.0.1', port, path, headers, agent: false, rejectUnauthorized: false }
  return new Promise<{ status: number | undefined; location: string | undefined }>((resolve, reject) => {
    const call = (secure ? secureRequest : plainRequest)(options, response => {
      response.resume().on('end', () => resolve({ status: response.statusCode, location: response.headers.location }))
    })
    call.on('error', reject).end()
  })
}

describe.runIf(missing === undefined)('the portal by TLS', () => {
  it('gives the page by HTTPS, and sends plain HTTP there, on one port', async () => {
    const { port, lines } = await start(certificate())
    const own = { host: 'login.example' }
    expect((await ask(true, port, '/captive', own)).status).toBe(200)
    for (const headers of [own, { host: 'captive.apple.com' }, { host: `127.0.0.1:${port}` }]) {
      const { status, location } = await ask(false, port, '/captive', headers)
      expect(status).toBe(302)
      expect(location).toMatch(/^https:\/\/login\.example\/\?t=/)
    }
    const line = { ...own, connection: 'upgrade', upgrade: 'websocket' }
    expect((await ask(true, port, `/v1/sessions/${'ab'.repeat(16)}/rounds`, line)).status).toBe(418)
    expect(lines).toHaveLength(1)
  })

  it('outlives nonsense', async () => {
    const { port } = await start(certificate())
    for (const bytes of [Buffer.from([0x16, 3, 1, 0xff, 0xff, 0]), Buffer.alloc(10_000), Buffer.from('GET')]) {
      const socket = connect({ host: '127.0.0.1', port })
      socket.on('error', () => {})
      socket.end(bytes)
      await new Promise(resolve => socket.once('close', resolve).resume())
    }
    expect((await ask(true, port, '/captive', { host: 'login.example' })).status).toBe(200)
  })
})

describe('places', () => {
  it('of one device are limited', async () => {
    const { port } = await start()
    const open = () =>
      new Promise<Socket>(resolve => {
        const socket = connect({ host: '127.0.0.1', port }, () => resolve(socket))
        socket.on('error', () => {})
        closers.push(() => socket.destroy())
      })
    const first = await Promise.all(Array.from({ length: 64 }, open))
    const one = await open()
    await new Promise(resolve => one.once('close', resolve).resume())
    first[0]?.destroy()
    await expect
      .poll(() =>
        ask(false, port, '/captive', { host: '127.0.0.1' }).then(
          ({ status }) => status,
          () => undefined,
        ),
      )
      .toBe(200)
  })
})
