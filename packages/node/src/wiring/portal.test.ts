import { expect, it } from 'vitest'
import { parseConfig } from '../config/index.js'
import { createLogger } from '../log/index.js'
import { openPortal, portalNames } from './portal.js'

const config = (portal: object) => parseConfig(JSON.stringify({ dataDir: '/nowhere', portal: { port: 0, ...portal } }))
const parts = {
  api: { handle: () => undefined, upgrade: () => undefined },
  leases: { of: () => undefined },
  pageDir: undefined,
  clientOf: undefined,
  log: createLogger('silent'),
}

it('takes HTTPS whole or not at all', async () => {
  const [certFile, keyFile, publicUrl] = ['cert.pem', 'key.pem', 'https://login.example']
  for (const half of [
    { certFile },
    { certFile, keyFile },
    { keyFile, publicUrl },
    { certFile, keyFile, publicUrl: 'http://a' },
  ]) {
    await expect(openPortal(config(half), parts)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  }
  const whole = config({ certFile, keyFile, publicUrl })
  await expect(openPortal(whole, parts)).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' })
})

it('opens where the configuration names it, and only then', async () => {
  expect(await openPortal(parseConfig('{}'), parts)).toBeUndefined()
  const portal = await openPortal(config({ host: '127.0.0.1' }), parts)
  expect(portal?.url).toBe(`http://127.0.0.1:${portal?.port}`)
  expect((await fetch(`${portal?.url}/captive`)).status).toBe(200)
  await portal?.stop()
})

it('names what the API must take for its own', () => {
  expect(portalNames(config({ hosts: ['a'], publicUrl: 'https://login.example:8443' }))).toEqual(['a', 'login.example'])
  expect(portalNames(parseConfig('{}'))).toEqual([])
})
