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
const COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96')

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

const embedded = (address: ipaddr.IPv6) => new ipaddr.IPv4(address.toByteArray().slice(12))

/** ISATAP (RFC 5214): the interface identifier 0000:5efe or 0200:5efe carries an IPv4 address. */
const isIsatap = (address: ipaddr.IPv6) =>
  address.parts[5] === 0x5efe && (address.parts[4] === 0 || address.parts[4] === 0x200)

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
  if (address.match(NAT64)) return notPublic(embedded(address))
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
