import { describe, expect, it } from 'vitest'
import { isHere, refuseAdmin } from './guards.js'

const from = (remoteAddress: string | undefined, localAddress: string) => ({ remoteAddress, localAddress })

describe('this machine', () => {
  it.each([
    from('127.0.0.1', '127.0.0.1'),
    from('::1', '::1'),
    // On a hotspot the API listens on the guests' network only: the owner asks from that address too.
    from('10.77.0.1', '10.77.0.1'),
    from('::ffff:10.77.0.1', '::ffff:10.77.0.1'),
  ])('is $remoteAddress at $localAddress', socket => {
    expect(isHere(socket)).toBe(true)
    expect(refuseAdmin({ token: 'a'.repeat(43), remote: false }, undefined, isHere(socket))?.code).toBe('ADMIN_TOKEN')
  })

  it.each([from('10.77.0.2', '10.77.0.1'), from(undefined, ''), from('', '')])(
    'is not $remoteAddress at $localAddress',
    socket => {
      expect(isHere(socket)).toBe(false)
      expect(refuseAdmin({ token: 'a'.repeat(43), remote: false }, undefined, isHere(socket))?.code).toBe(
        'ADMIN_REMOTE',
      )
    },
  )
})

describe('the owner', () => {
  const token = 'a'.repeat(43)
  it.each([
    ['Bearer ', undefined],
    ['bearer ', undefined],
    ['BEARER   ', undefined],
    ['Basic ', 'ADMIN_TOKEN'],
    ['Bearer', 'ADMIN_TOKEN'],
  ])('with the scheme %j is refused by %s', (scheme, code) => {
    expect(refuseAdmin({ token, remote: false }, scheme + token, true)?.code).toBe(code)
  })

  it('needs the very token', () => {
    expect(refuseAdmin({ token, remote: false }, `Bearer ${token.toUpperCase()}`, true)?.code).toBe('ADMIN_TOKEN')
  })
})
