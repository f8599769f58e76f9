import { describe, expect, it } from 'vitest'
import { checkRuleset, installText, type RulesetSpec, removeText, repairText } from './ruleset.js'

const SPEC: RulesetSpec = {
  table: 'conet_gw',
  lan: ['br-guest', 'wlan1'],
  wan: ['eth0'],
  portalPort: 8642,
  allow: ['10.1.2.0/24', 'fd00:1::/64'],
}
const NETLINK = { elementQuota: true }

describe('ruleset', () => {
  it('is this text, to the letter', () => {
    expect(installText(SPEC, NETLINK)).toMatchInlineSnapshot(`
      "table inet conet_gw
      delete table inet conet_gw
      table inet conet_gw {
      	map who4 {
      		type ether_addr . ipv4_addr : classid
      		size 262140
      	}

      	map who6 {
      		type ether_addr . ipv6_addr : classid
      		size 262140
      	}

      	map to4 {
      		type ipv4_addr : classid
      		size 262140
      	}

      	map to6 {
      		type ipv6_addr : classid
      		size 262140
      	}

      	set lease {
      		type classid
      		size 65535
      		flags timeout
      		quota 1 bytes
      	}

      	set rate {
      		type classid
      		size 65535
      		limit rate over 1 bytes/second
      	}

      	set up {
      		type classid
      		size 65535
      		counter
      	}

      	set down {
      		type classid
      		size 65535
      		counter
      	}

      	chain forward {
      		type filter hook forward priority filter - 5; policy accept;
      		iifname { "br-guest", "wlan1" } jump from_client
      		iifname { "eth0" } oifname { "br-guest", "wlan1" } jump to_client
      	}

      	chain from_client {
      		meta priority set none
      		meta priority set ether saddr . ip saddr map @who4
      		meta priority set ether saddr . ip6 saddr map @who6
      		meta priority none jump refuse
      		ct state != established jump where_to
      		meta priority @rate drop
      		meta priority @lease jump from_admitted
      		drop
      	}

      	chain where_to {
      		oifname != { "eth0" } jump refuse
      		ip daddr { 0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, 192.0.2.0/24, 192.168.0.0/16, 198.18.0.0/15, 198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/4, 240.0.0.0/4 } ip daddr != { 10.1.2.0/24 } jump refuse
      		ip6 daddr { ::/96, ::ffff:0:0/96, 64:ff9b::/96, 100::/64, 2001::/23, 2001:db8::/32, 2002::/16, fc00::/7, fe80::/10, ff00::/8 } ip6 daddr != { fd00:1::/64 } jump refuse
      		tcp dport 25 jump refuse
      	}

      	chain from_admitted {
      		meta priority @up meta priority set none meta mark set meta mark or 0x10000000 accept
      	}

      	chain to_client {
      		meta priority set none
      		meta priority set ip daddr map @to4
      		meta priority set ip6 daddr map @to6
      		ct state != { established, related } drop
      		meta priority @rate drop
      		meta priority @lease jump to_admitted
      		drop
      	}

      	chain to_admitted {
      		meta priority @down meta priority set none meta mark set meta mark or 0x10000000 accept
      	}

      	chain refuse {
      		meta l4proto tcp reject with tcp reset
      		reject with icmpx admin-prohibited
      	}

      	chain portal {
      		type nat hook prerouting priority dstnat; policy accept;
      		iifname { "br-guest", "wlan1" } tcp dport 80 jump to_portal
      	}

      	chain to_portal {
      		meta priority set ether saddr . ip saddr map @who4
      		meta priority set ether saddr . ip6 saddr map @who6
      		meta priority none tcp dport 80 redirect to :8642
      		meta priority set none
      	}

      	chain hide {
      		type nat hook postrouting priority srcnat; policy accept;
      		meta nfproto ipv4 iifname { "br-guest", "wlan1" } oifname { "eth0" } masquerade
      	}
      }
      "
    `)
  })

  it('keeps quotas as named objects where elements cannot hold them', () => {
    const text = installText(SPEC, { elementQuota: false })
    expect(text).toContain('\tmap quotas {\n\t\ttype classid : quota\n')
    expect(text.match(/quota name meta priority map @quotas drop\n\t\tmeta priority @lease/g)).toHaveLength(2)
    expect(text).not.toContain('quota 1 bytes')
  })

  it('asks for the lease before anything is accepted, and has no way around it for open flows', () => {
    for (const features of [NETLINK, { elementQuota: false }]) {
      const text = installText(SPEC, features)
      const accepts = text.split('\n').filter(line => /\baccept\b(?!;)/.test(line))
      expect(accepts.filter(line => !/policy accept/.test(line))).toHaveLength(2)
      for (const chain of ['from_admitted', 'to_admitted']) {
        expect(text).toContain(`meta priority @lease jump ${chain}\n\t\tdrop\n`)
        expect(text.match(new RegExp(`jump ${chain}`, 'g'))).toHaveLength(1)
      }
      expect(text).not.toMatch(/established.*accept/)
    }
  })

  it('touches no table but its own', () => {
    for (const text of [installText(SPEC, NETLINK), repairText(SPEC, NETLINK), removeText(SPEC)]) {
      const named = [...text.matchAll(/^(?:\w+ )?table (\S+ \S+)/gm)].map(([, name]) => name)
      expect(named.length).toBeGreaterThan(0)
      expect(named.every(name => name === 'inet conet_gw')).toBe(true)
      expect(text).not.toMatch(/flush ruleset/)
    }
  })

  it('leaves out portal and masquerade when the owner does not want them', () => {
    const text = installText({ ...SPEC, portalPort: undefined, masquerade: false, allow: [] }, NETLINK)
    expect(text).not.toMatch(/redirect|masquerade|ip daddr !=/)
  })

  it.each([
    ['table', { table: 'filter' }],
    ['table', { table: 'conet_x; flush ruleset' }],
    ['lan', { lan: [] }],
    ['lan', { lan: ['eth0" accept #'] }],
    ['lan', { lan: ['a-name-of-16-ch.'] }],
    ['wan', { wan: ['br-guest'] }],
    ['portalPort', { portalPort: 0 }],
    ['allow', { allow: ['10.0.0.0/33'] }],
    ['allow', { allow: ['example.org'] }],
    ['allow', { allow: ['10.0.0.0/8 } accept'] }],
  ])('refuses a wrong %s: %j', (path, change) => {
    expect(() => checkRuleset({ ...SPEC, ...change })).toThrow(
      expect.objectContaining({ code: 'RULESET_INVALID', data: { path } }),
    )
  })
})
