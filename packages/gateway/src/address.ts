import { isIPv6 } from 'node:net'

/** An IPv4 client on a dual-stack socket shows up as `::ffff:a.b.c.d`: both are one address. */
export function plainAddress(address: string): string {
  return isIPv6(address) ? address.replace(/^::ffff:(?=\d+\.)/i, '') : address
}
