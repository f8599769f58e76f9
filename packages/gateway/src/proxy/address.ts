import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Public by its range, and still a door into somebody's cloud control plane. */
const METADATA: readonly string[] = [
  '168.63.129.16',
  '169.254.169.254',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
]

/** Only 2000::/3 is assigned to global unicast (RFC 4291 section 2.4; IANA registry). */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3')
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')
const NAT64_LOCAL = ipaddr.IPv6.parseCIDR('64:ff9b:1::/48')
const COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96')
const TRANSLATED = ipaddr.IPv6.parseCIDR('::ffff:0:0:0/96')
const SIX_TO_FOUR = ipaddr.IPv6.parseCIDR('2002::/16')
const TEREDO = ipaddr.IPv6.parseCIDR('2001::/32')

/** Where the octets of an IPv4 address stand at the end of an IPv6 address. */
const LAST = [12, 13, 14, 15]
/** The same for NAT64 prefixes of 48, 56, 64 and 96 bits (RFC 6052 section 2.2). */
const NAT64_FORMS = [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], LAST]

/**
 * Reads an address in its only accepted spellings: strict dotted decimal, or IPv6 without a zone.
 *
 * An IPv4-mapped IPv6 address becomes the IPv4 address that the kernel would dial.
 *
 * @returns `undefined` for names and for every other spelling
 */
export function parseAddress(text: string): Address | undefined {
  if (isIP(text) === 0 || text.includes('%')) return undefined
  // The library reads `::a.b.c.d` as if it were `::ffff:a.b.c.d`; the kernel does not.
  const [, a = 0, b = 0, c = 0, d = 0] = /^::(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)?.map(Number) ?? []
  if (a + b + c + d > 0) return new ipaddr.IPv6([0, 0, 0, 0, 0, 0, (a << 8) | b, (c << 8) | d])
  return ipaddr.process(text)
}

/** ISATAP (RFC 5214): the interface identifier 0000:5efe or 0200:5efe carries an IPv4 address. */
const isIsatap = (address: ipaddr.IPv6) =>
  address.parts[5] === 0x5efe && (address.parts[4] === 0 || address.parts[4] === 0x200)

const inverted = (octet: number) => octet ^ 0xff

/** Positions of the IPv4 addresses in an IPv6 address. Which form a network uses in its local-use NAT64 block nobody can see: all count. */
function formsOf(address: ipaddr.IPv6): readonly (readonly number[])[] {
  if (address.match(NAT64_LOCAL)) return NAT64_FORMS
  if (address.match(SIX_TO_FOUR)) return [[2, 3, 4, 5]]
  const atTheEnd = [NAT64, COMPATIBLE, TRANSLATED].some(block => address.match(block)) || isIsatap(address)
  return atTheEnd ? [LAST] : []
}

/** The IPv4 addresses that an IPv6 address carries: whoever sends to it may reach them. */
export function carried(address: Address): readonly ipaddr.IPv4[] {
  if (address instanceof ipaddr.IPv4) return []
  const bytes = address.toByteArray()
  // Teredo writes its client's address, the one at the end, inverted (RFC 4380 section 4).
  if (address.match(TEREDO)) return [new ipaddr.IPv4(bytes.slice(4, 8)), new ipaddr.IPv4(bytes.slice(12).map(inverted))]
  return formsOf(address).map(form => new ipaddr.IPv4(form.map(at => bytes[at] ?? 0)))
}

/**
 * Says why an address is not public.
 *
 * Forms that carry an IPv4 address are judged by that address (NAT64, which IPv6-only networks need) or refused as a
 * whole (IPv4-compatible, 6to4, Teredo, ISATAP, translated).
 *
 * @returns the name of the range that refuses it, `undefined` if it is globally reachable unicast
 */
export function notPublic(address: Address): string | undefined {
  if (METADATA.includes(address.toString())) return 'metadata'
  if (address instanceof ipaddr.IPv4) {
    const range = address.range()
    return range === 'unicast' ? undefined : range
  }
  if (address.match(NAT64)) return carried(address).map(notPublic)[0]
  const range: string = address.range()
  if (range !== 'unicast') return range
  if (address.match(COMPATIBLE)) return 'ipv4Compatible'
  if (isIsatap(address)) return 'isatap'
  return address.match(GLOBAL_V6) ? undefined : 'reserved'
}

/** One block of addresses. */
export type Cidr = readonly [Address, number]

/** Reads `10.0.0.0/8`, `fd00::/8` or a single address. @returns `undefined` if it is neither */
export function parseCidr(text: string): Cidr | undefined {
  const [head = '', bits, ...more] = text.split('/')
  const address = parseAddress(head)
  if (address === undefined || more.length > 0) return undefined
  const width = address.kind() === 'ipv4' ? 32 : 128
  if (bits === undefined) return [address, width]
  return /^\d{1,3}$/.test(bits) && Number(bits) <= width ? [address, Number(bits)] : undefined
}

/** Whether an address lies in a block; an address of the other family never does. */
export function inCidr(address: Address, [base, bits]: Cidr): boolean {
  return address.kind() === base.kind() && address.match(base, bits)
}

/**
 * Whether a resolver may take a host for a number: `2130706433`, `0x7f.1`, `0177.0.0.1`, `127.1` (WHATWG URL, "ends in a
 * number"). Such spellings have no honest use, and their reading differs between programs.
 */
export function looksNumeric(host: string): boolean {
  const last = host.split('.').at(-1) ?? ''
  return /^(\d+|0x[0-9a-f]*)$/.test(last)
}
