import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderAlone, renderFreeradius } from './render.js'
import type { FreeradiusSettings } from './settings.js'

const settings: FreeradiusSettings = {
  nodeUrl: 'http://127.0.0.1:8641',
  nodeKey: 'made-at-the-first-start-of-the-node',
  listen: { address: '192.0.2.1', authPort: 1812, acctPort: 1813 },
  clients: [
    { name: 'ap1', address: '192.0.2.10', secret: 'first-secret' },
    { name: 'ap2', address: '2001:db8::/64', secret: 'second-secret' },
  ],
  certificateFile: '/etc/ssl/certs/radius.pem',
  privateKeyFile: '/etc/ssl/private/radius.key',
  folder: '/etc/freeradius/conet',
  runAs: 'freerad',
}

const golden = (path: string) => readFileSync(new URL(`golden/${path.replaceAll('/', '.')}`, import.meta.url), 'utf8')

describe('files for FreeRADIUS', () => {
  it('are exactly these, for one that serves others too', () => {
    const files = renderFreeradius(settings)
    expect(Object.keys(files)).toEqual([
      'mods-available/conet',
      'mods-available/conet_eap',
      'sites-available/conet',
      'sites-available/conet-inner',
    ])
    for (const [path, text] of Object.entries(files)) expect(text).toBe(golden(path))
  })

  it('are the same, enabled, for one that does nothing else', () => {
    const files = renderAlone(settings)
    expect(files['radiusd.conf']).toBe(golden('radiusd.conf'))
    expect(files['sites-enabled/conet']).toBe(golden('sites-available/conet'))
    expect(Object.keys(files)).toHaveLength(5)
  })

  it.each([
    ['a secret that ends the quotes', { clients: [{ name: 'a', address: '192.0.2.1', secret: 'secret"\n}' }] }],
    ['a secret that is expanded', { clients: [{ name: 'a', address: '192.0.2.1', secret: `secret$\{prefix}` }] }],
    ['a short secret', { clients: [{ name: 'a', address: '192.0.2.1', secret: 'short' }] }],
    ['a name that is none', { clients: [{ name: 'a b', address: '192.0.2.1', secret: 'long-enough' }] }],
    ['an address that is none', { clients: [{ name: 'a', address: 'ap.example', secret: 'long-enough' }] }],
    ['a range that is none', { clients: [{ name: 'a', address: '192.0.2.0/33', secret: 'long-enough' }] }],
    ['a path with quotes', { certificateFile: '/etc/"x"' }],
    ['a path that depends on where one stands', { folder: 'raddb' }],
    ['a port that is none', { listen: { address: '*', authPort: 0, acctPort: 1813 } }],
    ['another URL', { nodeUrl: 'https://node.example' }],
    ['a short key', { nodeKey: 'short' }],
    ['a user that is none', { runAs: 'root; rm' }],
  ])('are not made from %s', (_what, change) => {
    expect(() => renderFreeradius({ ...settings, ...change })).toThrow(
      expect.objectContaining({ code: 'RADIUS_SETTING' }),
    )
  })
})
