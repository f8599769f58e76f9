import { describe, expect, it } from 'vitest'
import type { Gateway } from '../contract.js'
import { createProxyGateway } from '../proxy/index.js'
import { watchLeases } from './leases.js'

const HOUR = 3_600_000

async function withGateway(run: (gateway: Gateway, of: (address: string) => string | undefined) => Promise<void>) {
  const { gateway, leases } = watchLeases(createProxyGateway({ listen: { host: '127.0.0.1', port: 0 } }))
  await gateway.start()
  try {
    await run(gateway, address => leases.of(address, Date.now())?.session)
  } finally {
    await gateway.stop()
  }
}

describe('leases of devices', () => {
  it('follow opening, extending and closing, by address', () =>
    withGateway(async (gateway, of) => {
      const open = (session: string, clientAddress: string | undefined, until: number) =>
        gateway.open({ session, until, quota: 10n, clientAddress })
      await open('aa', '::ffff:192.0.2.7', Date.now() + HOUR)
      await open('bb', '192.0.2.7', Date.now() + HOUR / 2)
      await open('cc', undefined, Date.now() + HOUR)
      expect(of('192.0.2.7')).toBe('aa')
      expect(of('192.0.2.8')).toBeUndefined()
      await gateway.extend('bb', Date.now() + 2 * HOUR, 99n)
      expect(of('192.0.2.7')).toBe('bb')
      await gateway.close('bb')
      expect(of('192.0.2.7')).toBe('aa')
      await gateway.close('aa')
      expect(of('192.0.2.7')).toBeUndefined()
    }))
})
