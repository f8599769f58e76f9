import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { notPublic, parseAddress, parseCidr } from './address.js'
import { createEgress } from './egress.js'
import { parseAbsolute, parseAuthority, parseHost } from './target.js'

const verdict = (address: string, rules = {}) =>
  createEgress(rules).checkAddress({ host: 'a.example', port: 443 }, address).ok

const REFUSED = [
  ...[
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
  ],
  ...[
    '169.254.169.254',
    '169.254.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
  ],
  ...[
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '239.1.1.1',
    '240.0.0.1',
    '255.255.255.255',
  ],
  ...[
    '168.63.129.16',
    '::',
    '::1',
    '::2',
    '::10.0.0.1',
    '::8.8.8.8',
    '0::8.8.8.8',
    '0:0:0:0:0:0:8.8.8.8',
    '::0.0.0.0',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
  ],
  ...[
    '64:ff9b::10.0.0.1',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::1',
    '::ffff:0:127.0.0.1',
    '2002:7f00:1::',
    '2002:808:808::',
  ],
  ...['2001:0:1::1', '2001:db8::1', '3fff::1', '100::1', 'fe80::1', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1'],
  ...['2a00:1450::5efe:10.0.0.1', '2a00:1450::200:5efe:10.0.0.1', '4000::1', '5f00::1', 'fe80::1%eth0', 'nonsense', ''],
]
const ALLOWED = [
  '8.8.8.8',
  '1.1.1.1',
  '172.32.0.1',
  '100.128.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '2a00:1450:4001::200e',
]

describe('egress policy', () => {
  it.each(REFUSED)('refuses %s by default', address => {
    expect(verdict(address)).toBe(false)
  })

  it.each(ALLOWED)('allows %s by default', address => {
    expect(verdict(address)).toBe(true)
  })

  it.each(['2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '127.1', '127.0.0.01', '1.2.3.4.5', '0x'])(
    'refuses the spelling %s before anything resolves it',
    host => {
      const checked = createEgress({ allow: ['127.0.0.0/8'] }).checkTarget({ host, port: 80 })
      expect(checked).toMatchObject({ ok: false, code: 'EGRESS_REFUSED', data: { reason: 'spelling' } })
    },
  )

  it('judges every embedded form of a private IPv4 address like the address', () => {
    const privates = fc.tuple(fc.constantFrom(10, 127), fc.nat(255), fc.nat(255), fc.nat(255))
    const forms = [
      (v4: string) => `::ffff:${v4}`,
      (v4: string) => `64:ff9b::${v4}`,
      (v4: string) => `::${v4}`,
      (v4: string) => `::ffff:0:${v4}`,
    ]
    fc.assert(
      fc.property(privates, fc.constantFrom(...forms), (octets, form) => {
        expect(verdict(form(octets.join('.')))).toBe(false)
      }),
    )
  })

  it('lets nothing through outside the public ranges, whatever the address', () => {
    fc.assert(
      fc.property(fc.ipV6(), text => {
        const address = parseAddress(text)
        if (address === undefined || notPublic(address) !== undefined) return
        const embeds = address instanceof ipaddr.IPv4 || /^64:ff9b::/.test(address.toString())
        expect(embeds || address.match(ipaddr.IPv6.parseCIDR('2000::/3'))).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('follows the owner: blocks, addresses, names, ports', () => {
    const egress = createEgress({
      allow: ['10.1.0.0/16', '10.2.0.1:8080', '[fd00::1]:80', 'intra.example:443', 'lan.example'],
      deny: ['8.8.8.0/24'],
    })
    const may = (host: string, port: number, address: string) => egress.checkAddress({ host, port }, address).ok
    expect(may('10.1.2.3', 80, '10.1.2.3')).toBe(true)
    expect([may('x', 8080, '10.2.0.1'), may('x', 80, '10.2.0.1')]).toEqual([true, false])
    expect([may('x', 80, 'fd00::1'), may('x', 81, 'fd00::1')]).toEqual([true, false])
    expect([may('intra.example', 443, '10.9.9.9'), may('intra.example', 80, '10.9.9.9')]).toEqual([true, false])
    expect([may('lan.example', 1, '192.168.0.1'), may('sub.lan.example', 1, '192.168.0.1')]).toEqual([true, false])
    expect(may('dns.example', 53, '8.8.8.8')).toBe(false)
  })

  it('blocks mail unless a rule names the port', () => {
    const target = { host: 'mail.example', port: 25 }
    expect(createEgress().checkTarget(target)).toMatchObject({ ok: false, data: { reason: 'blocked port' } })
    expect(createEgress({ allow: ['8.8.8.8'] }).checkAddress(target, '8.8.8.8').ok).toBe(false)
    const open = createEgress({ allow: ['mail.example:25'] })
    expect([open.checkTarget(target).ok, open.checkAddress(target, '8.8.8.8').ok]).toEqual([true, true])
    expect(open.checkAddress({ host: 'other.example', port: 25 }, '8.8.8.8').ok).toBe(false)
  })

  it('never leads into the own port', () => {
    const egress = createEgress({ allow: ['0.0.0.0/0', '::/0'] })
    egress.guardPort(3128)
    for (const address of ['127.0.0.1', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '127.9.9.9']) {
      expect(egress.checkAddress({ host: 'x', port: 3128 }, address).ok).toBe(false)
      expect(egress.checkAddress({ host: 'x', port: 3129 }, address).ok).toBe(true)
    }
  })

  it('keeps strangers off the links of this machine, also where these have public addresses', () => {
    const links = ['2a02:8071:1:2::/64', '93.184.216.34'].map(text => parseCidr(text)).filter(one => one !== undefined)
    const may = (address: string, rules = {}) =>
      createEgress(rules, () => links).checkAddress({ host: 'x', port: 443 }, address)
    expect(may('2a02:8071:1:2:aaaa::1')).toMatchObject({ ok: false, data: { reason: 'own network' } })
    expect(may('93.184.216.34')).toMatchObject({ ok: false, data: { reason: 'own network' } })
    expect(may('::ffff:93.184.216.34').ok).toBe(false)
    expect([may('2a02:8071:1:3::1').ok, may('93.184.216.35').ok]).toEqual([true, true])
    expect(may('2a02:8071:1:2::5', { allow: ['[2a02:8071:1:2::5]:443'] }).ok).toBe(true)
  })

  it.each([
    '64:ff9b::8.8.8.8',
    '64:ff9b:1::8.8.8.8',
    '64:ff9b:1:808:8:800::',
    '64:ff9b:1:8:8:808::',
    '64:ff9b:1:0:8:808:800:0',
    '::8.8.8.8',
    '::ffff:0:8.8.8.8',
    '2002:808:808::1',
    '2001:0:808:808::1',
    '2001:0:1:1::f7f7:f7f7',
    '2a00:1450::5efe:8.8.8.8',
  ])('judges the address in %s by the prohibitions for that address', address => {
    const everything = { allow: ['::/0'] }
    const host = { host: 'x', port: 3128 }
    expect(createEgress(everything).checkAddress(host, address).ok).toBe(true)
    const denying = createEgress({ ...everything, deny: ['8.8.8.0/24'] })
    expect(denying.checkAddress(host, address)).toMatchObject({ ok: false, data: { reason: 'denied' } })
  })

  it('never leads into the own port or the own links through NAT64', () => {
    const egress = createEgress({ allow: ['::/0'] })
    egress.guardPort(3128)
    for (const address of ['64:ff9b::127.0.0.1', '64:ff9b:1::127.0.0.1', '2002:7f00:1::'])
      expect(egress.checkAddress({ host: 'x', port: 3128 }, address)).toMatchObject({ data: { reason: 'own port' } })
    expect(egress.checkAddress({ host: 'x', port: 3128 }, '64:ff9b::8.8.8.8').ok).toBe(true)
    const near = createEgress({}, () => [[ipaddr.IPv4.parse('93.184.216.0'), 24]])
    const through = near.checkAddress({ host: 'x', port: 443 }, '64:ff9b::93.184.216.34')
    expect(through).toMatchObject({ ok: false, data: { reason: 'own network' } })
    expect(near.checkAddress({ host: 'x', port: 443 }, '64:ff9b::93.184.217.34').ok).toBe(true)
  })

  it.each(['10.0.0.0/33', '10.0.0', 'a b', 'host:0', 'host:99999', '', '0x7f.1', '1.2.3.4/x', 'http://a'])(
    'does not start with the rule "%s"',
    rule => {
      expect(() => createEgress({ allow: [rule] })).toThrow(expect.objectContaining({ code: 'EGRESS_RULE' }))
    },
  )
})

describe('targets', () => {
  it.each([
    ['example.org:443', { host: 'example.org', port: 443 }],
    ['EXAMPLE.org.:1', { host: 'example.org', port: 1 }],
    ['[2001:DB8::1]:65535', { host: '2001:db8::1', port: 65_535 }],
    ['[::ffff:127.0.0.1]:80', { host: '127.0.0.1', port: 80 }],
  ])('reads %s', (text, target) => {
    expect(parseAuthority(text)).toEqual({ ok: true, value: target })
  })

  it.each([
    '',
    ':',
    'a',
    'a:',
    ':80',
    'a:0',
    'a:65536',
    'a:080',
    'a: 80',
    '2001:db8::1:80',
    '[::1%1]:80',
    'a@b:80',
    'a/b:80',
    'a..b:80',
    `${'a'.repeat(64)}:80`,
  ])('refuses %s as an authority', text => {
    expect(parseAuthority(text)).toMatchObject({ ok: false, code: 'TARGET_MALFORMED' })
  })

  it('keeps the path of an absolute request byte for byte', () => {
    const read = (text: string) => parseAbsolute(text)
    expect(read('http://a.example/x/../y?q=%41#f')).toMatchObject({
      value: { host: 'a.example', port: 80, path: '/x/../y?q=%41' },
    })
    expect(read('HTTP://a.example:8080?q')).toMatchObject({
      value: { port: 8080, path: '/?q', authority: 'a.example:8080' },
    })
    expect(read('http://user:secret@a.example/')).toMatchObject({ value: { authority: 'a.example' } })
    expect(read('http://[::1]/')).toMatchObject({ value: { host: '::1', port: 80, authority: '[::1]' } })
    expect(read('https://a.example/')).toMatchObject({ code: 'SCHEME_UNSUPPORTED' })
    expect(read('/origin-form')).toMatchObject({ code: 'TARGET_MALFORMED' })
  })

  it('never throws, and what it reads, it reads again the same', () => {
    const texts = fc.oneof(fc.string(), fc.webUrl(), fc.domain(), fc.ipV6(), fc.ipV4())
    fc.assert(
      fc.property(texts, text => {
        parseAbsolute(text)
        parseAuthority(text)
        const host = parseHost(text)
        if (host !== undefined) expect(parseHost(host)).toBe(host)
      }),
    )
  })
})
