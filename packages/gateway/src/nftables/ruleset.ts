import { ConetError } from '@conet/core/errors'
import ipaddr from 'ipaddr.js'

/** What the owner decides about the rules; the helper reads it from a file that only root writes. */
export interface RulesetSpec {
  /** Name of our table, family `inet`: `conet_` and up to 24 letters, digits or underscores. */
  readonly table: string
  /** Interfaces of the guests. */
  readonly lan: readonly string[]
  /** The only interfaces through which guests may leave. */
  readonly wan: readonly string[]
  /** Local port of the captive portal, where port 80 of strangers is sent; without it they are refused only. */
  readonly portalPort?: number | undefined
  /** Hides IPv4 guests behind this machine's address. Default true. */
  readonly masquerade?: boolean | undefined
  /** Private ranges that guests may reach all the same, such as `10.1.2.0/24` or `fd00::/8`. */
  readonly allow?: readonly string[] | undefined
}

/** What the kernel and `nft` of this machine offer. */
export interface RulesetFeatures {
  /** A quota in each element of the lease: needs netlink, since `nft` 1.0.6 has no words for it. Else they are named objects. */
  readonly elementQuota: boolean
  /** Drops what is not let through, without an answer: for the moment in which a table is filled again. */
  readonly quiet?: boolean
}

/** Bit of the packet mark that says "let through by us"; the guard of `conet gateway setup` drops guests without it. */
export const PASSED_MARK = 0x1000_0000

/** Sessions that the sets have room for. */
export const MOST_SESSIONS = 65_535

/** Not globally reachable (IANA special-purpose registries, RFC 6890): the owner's own networks lie here. */
const PRIVATE_4 =
  '0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, 192.0.2.0/24, 192.168.0.0/16, 198.18.0.0/15, 198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/4, 240.0.0.0/4'
const PRIVATE_6 =
  '::/96, ::ffff:0:0/96, 64:ff9b::/96, 100::/64, 2001::/23, 2001:db8::/32, 2002::/16, fc00::/7, fe80::/10, ff00::/8'

const TABLE = /^conet_[a-z0-9_]{1,24}$/
/** IFNAMSIZ is 16 with the closing zero; nothing that `nft` would read as more than a name. */
const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/

/**
 * Checks what an owner wrote.
 *
 * @throws ConetError `RULESET_INVALID` naming the member
 */
export function checkRuleset(spec: RulesetSpec): void {
  if (!TABLE.test(spec.table)) throw invalid('table', `"${spec.table}" must be conet_ and a short name`)
  for (const [path, names] of [['lan', spec.lan] as const, ['wan', spec.wan] as const]) {
    if (names.length === 0 || names.length > 16) throw invalid(path, 'name 1 to 16 interfaces')
    const wrong = names.find(name => !INTERFACE.test(name))
    if (wrong !== undefined) throw invalid(path, `"${wrong}" is no interface name`)
  }
  if (spec.lan.some(name => spec.wan.includes(name))) throw invalid('wan', 'an interface cannot be guests and uplink')
  const { portalPort } = spec
  if (portalPort !== undefined && !(Number.isInteger(portalPort) && portalPort > 0 && portalPort < 65_536)) {
    throw invalid('portalPort', 'must be a port from 1 to 65535')
  }
  for (const range of spec.allow ?? []) {
    if (!isRange(range)) throw invalid('allow', `"${range}" is neither an address nor a range such as 10.1.0.0/16`)
  }
}

function invalid(path: string, why: string): ConetError {
  return new ConetError('RULESET_INVALID', `the gateway's rules, ${path}: ${why}; correct the configuration`, {
    data: { path },
  })
}

function isRange(text: string): boolean {
  if (!/^[0-9a-fA-F:./]{2,49}$/.test(text)) return false
  return text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text)
}

/** Text of a transaction that puts the rules in place of whatever a table of this name held. */
export function installText(spec: RulesetSpec, features: RulesetFeatures): string {
  // Declared first, so that deleting never fails.
  return `table inet ${spec.table}\ndelete table inet ${spec.table}\n${tableText(spec, features)}`
}

/** Text of a transaction that renews every rule but keeps sets, elements and counts. */
export function repairText(spec: RulesetSpec, features: RulesetFeatures): string {
  return `flush table inet ${spec.table}\n${tableText(spec, features)}`
}

/** Text that takes the table away, whether it is there or not. */
export function removeText(spec: RulesetSpec): string {
  return `table inet ${spec.table}\ndelete table inet ${spec.table}\n`
}

/**
 * The whole table. A client is known by hardware address and address together (`who4`, `who6`); both lead to the number of
 * its session, which stands in the packet's priority while our rules look at it. Everything else hangs on that number, so
 * that a renewal touches one element however many addresses a client has.
 *
 * The lease is looked up before anything else could accept: there is no way around it for flows that are already open.
 */
export function tableText(spec: RulesetSpec, features: RulesetFeatures): string {
  const parts = [...setTexts(features), forwardText(spec), ...clientTexts(spec, features), ...natTexts(spec)]
  return `table inet ${spec.table} {\n${parts.map(indent).join('\n')}}\n`
}

function setTexts({ elementQuota }: RulesetFeatures): string[] {
  const numbered = ['type classid', `size ${MOST_SESSIONS}`]
  const sized = `size ${4 * MOST_SESSIONS}`
  return [
    block('map who4', ['type ether_addr . ipv4_addr : classid', sized]),
    block('map who6', ['type ether_addr . ipv6_addr : classid', sized]),
    block('map to4', ['type ipv4_addr : classid', sized]),
    block('map to6', ['type ipv6_addr : classid', sized]),
    block('set lease', [...numbered, 'flags timeout', ...(elementQuota ? ['quota 1 bytes'] : [])]),
    ...(elementQuota ? [] : [block('map quotas', ['type classid : quota', `size ${MOST_SESSIONS}`])]),
    block('set rate', [...numbered, 'limit rate over 1 bytes/second']),
    block('set up', [...numbered, 'counter']),
    block('set down', [...numbered, 'counter']),
  ]
}

function forwardText({ lan, wan }: RulesetSpec): string {
  const [guests, uplink] = [names(lan), names(wan)]
  return block('chain forward', [
    // Before the owner's own filter (priority 0), which still has its say: accepting here ends this chain only.
    'type filter hook forward priority filter - 5; policy accept;',
    `iifname ${guests} jump from_client`,
    `iifname ${uplink} oifname ${guests} jump to_client`,
  ])
}

/** Refuses the ranges, but for those the owner allows; sets without a name, so that nobody can add to them. */
function privateText(family: 'ip' | 'ip6', ranges: string, allow: readonly string[]): string {
  const own = allow.filter(range => range.includes(':') === (family === 'ip6'))
  const but = own.length === 0 ? '' : ` ${family} daddr != { ${own.join(', ')} }`
  return `${family} daddr { ${ranges} }${but} jump refuse`
}

function clientTexts({ wan, allow = [] }: RulesetSpec, { elementQuota, quiet = false }: RulesetFeatures): string[] {
  const hold = elementQuota ? [] : ['quota name meta priority map @quotas drop']
  const number = [
    'meta priority set none',
    'meta priority set ether saddr . ip saddr map @who4',
    'meta priority set ether saddr . ip6 saddr map @who6',
  ]
  return [
    block('chain from_client', [
      ...number,
      'meta priority none jump refuse',
      // Where to is asked once for each flow; time and quota for each packet.
      'ct state != established jump where_to',
      'meta priority @rate drop',
      ...hold,
      'meta priority @lease jump from_admitted',
      'drop',
    ]),
    block('chain where_to', [
      `oifname != ${names(wan)} jump refuse`,
      privateText('ip', PRIVATE_4, allow),
      privateText('ip6', PRIVATE_6, allow),
      'tcp dport 25 jump refuse',
    ]),
    block('chain from_admitted', [`meta priority @up ${PASS}`]),
    block('chain to_client', [
      'meta priority set none',
      'meta priority set ip daddr map @to4',
      'meta priority set ip6 daddr map @to6',
      // Only what answers the client is let in and billed.
      'ct state != { established, related } drop',
      'meta priority @rate drop',
      ...hold,
      'meta priority @lease jump to_admitted',
      'drop',
    ]),
    block('chain to_admitted', [`meta priority @down ${PASS}`]),
    block('chain refuse', quiet ? ['drop'] : REFUSE),
  ]
}

/** The number goes, so that queues see no class of ours; the mark's bit tells the guard. */
const PASS = `meta priority set none meta mark set meta mark or 0x${PASSED_MARK.toString(16)} accept`
const REFUSE = ['meta l4proto tcp reject with tcp reset', 'reject with icmpx admin-prohibited']

function natTexts({ lan, wan, portalPort, masquerade = true }: RulesetSpec): string[] {
  const portal = [
    block('chain portal', [
      'type nat hook prerouting priority dstnat; policy accept;',
      `iifname ${names(lan)} tcp dport 80 jump to_portal`,
    ]),
    block('chain to_portal', [
      'meta priority set ether saddr . ip saddr map @who4',
      'meta priority set ether saddr . ip6 saddr map @who6',
      `meta priority none tcp dport 80 redirect to :${portalPort}`,
      'meta priority set none',
    ]),
  ]
  const hide = block('chain hide', [
    'type nat hook postrouting priority srcnat; policy accept;',
    `meta nfproto ipv4 iifname ${names(lan)} oifname ${names(wan)} masquerade`,
  ])
  return [...(portalPort === undefined ? [] : portal), ...(masquerade ? [hide] : [])]
}

function names(interfaces: readonly string[]): string {
  return `{ ${interfaces.map(name => `"${name}"`).join(', ')} }`
}

function block(head: string, lines: readonly string[]): string {
  return `${head} {\n${lines.map(indent).join('')}}\n`
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '\t').replace(/(?<!\n)$/, '\n')
}
