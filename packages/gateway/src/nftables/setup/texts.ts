import { PASSED_MARK } from '../ruleset.js'
import { poolOf, type SetupSpec } from './spec.js'

/** Texts that both systems share. */

/** The helper's configuration. OpenWrt's firewall hides guests itself. */
export function helperJson({ lan, wan, portalPort, system }: SetupSpec, socket: string): string {
  const config = { table: 'conet_gw', lan: [lan], wan: [wan], portalPort, masquerade: system === 'debian', socket }
  return `${JSON.stringify(config, undefined, 2)}\n`
}

/**
 * Packets of one device to the resolver: enough for a page with a hundred names, too few to carry traffic inside names. Before
 * open flows are let in, so that one long connection to the resolver is no way around it.
 */
const NAMES_RATE = '10/second burst 150 packets'

/**
 * Closed when the helper is not there: guests pass only with the mark that its rules set, and reach nothing on this machine
 * but what they need to get in, names a few at a time.
 */
export function guardText({ lan, wan, portalPort, apiPort }: SetupSpec): string {
  const unmarked = `meta mark and 0x${PASSED_MARK.toString(16)} == 0`
  return `table inet conet_guard
delete table inet conet_guard
table inet conet_guard {
	set asks {
		type ether_addr
		size 4096
		flags dynamic,timeout
		timeout 1m
	}

	chain forward {
		type filter hook forward priority filter + 5; policy accept;
		iifname "${lan}" ${unmarked} drop
		iifname "${wan}" oifname "${lan}" ${unmarked} drop
	}

	chain input {
		type filter hook input priority filter + 5; policy accept;
		iifname != "${lan}" return
		meta l4proto { tcp, udp } th dport 53 update @asks { ether saddr limit rate over ${NAMES_RATE} } drop
		ct state { established, related } return
		udp dport { 53, 67, 547 } return
		tcp dport { 53, ${[...new Set([portalPort, apiPort])].join(', ')} } return
		meta l4proto { icmp, ipv6-icmp } return
		drop
	}
}
`
}

/** Addresses, names and the way to the portal for guests (RFC 2131, RFC 8106, RFC 8910). */
export function dnsmasqText({ lan, address4, address6, captiveApi }: SetupSpec): string {
  const { first, last, mask } = poolOf(address4)
  const [four] = address4.split('/')
  const six = [`dhcp-range=::,constructor:${lan},slaac,ra-names,64,10m`, 'enable-ra']
  const lines = [
    '# Written by "conet gateway setup"; "conet gateway setup --undo" takes it away.',
    `interface=${lan}`,
    'bind-dynamic',
    'domain-needed',
    'bogus-priv',
    // A public name that points into the owner's network would lead guests there.
    'stop-dns-rebind',
    `dhcp-range=${first},${last},${mask},10m`,
    `dhcp-option=option:router,${four}`,
    `dhcp-option=option:dns-server,${four}`,
    ...(address6 === undefined ? [] : six),
    ...(captiveApi === undefined ? [] : [`dhcp-option=114,"${captiveApi}"`]),
    // IPv6 devices read the same from option 103 (RFC 8910 section 2.2).
    ...(captiveApi === undefined || address6 === undefined ? [] : [`dhcp-option=option6:103,"${captiveApi}"`]),
  ]
  return `${lines.join('\n')}\n`
}
