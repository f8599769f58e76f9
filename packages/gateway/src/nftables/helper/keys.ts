import ipaddr from 'ipaddr.js'

/** Keys of elements as the kernel wants them: each part of a concatenation fills up to four bytes. */

/** Number of a session, in the machine's byte order (meta priority). */
export function numberKey(number: number): Uint8Array {
  const key = Buffer.allocUnsafe(4)
  key.writeUInt32LE(number)
  return key
}

/** 4 or 16 bytes of an address that `isAddress` accepts. */
export function addressKey(ip: string): Uint8Array {
  return Uint8Array.from(ipaddr.parse(ip).toByteArray())
}

/** `ether_addr . ip_addr` */
export function clientKey(mac: string, ip: string): Uint8Array {
  const address = addressKey(ip)
  const key = new Uint8Array(8 + address.length)
  key.set(Buffer.from(mac.replaceAll(':', ''), 'hex'))
  key.set(address, 8)
  return key
}

/** `aa:bb:cc:dd:ee:ff` */
export function macText(bytes: Uint8Array): string {
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join(':')
}

/** A session's number as `nft` writes class ids. */
export function classText(number: number): string {
  return `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`
}

export const isFour = (ip: string) => !ip.includes(':')
