import type { UnixMillis } from '@conet/core/units'
import type { Lease } from './leases.js'

/** Media type of the captive portal API (RFC 8908 section 4). */
export const CAPTIVE_TYPE = 'application/captive+json'

/** Above this a count of bytes is no limit but a way of writing none; also the end of exact integers in JSON. */
const COUNTABLE = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * What the system of a device asks to know whether it is online, and for how long (RFC 8908 section 5).
 *
 * @param lease - `undefined` while the device is captive
 */
export function captiveState(lease: Lease | undefined, portalUrl: string, nowMs: UnixMillis): object {
  const base = { captive: lease === undefined, 'user-portal-url': portalUrl, 'can-extend-session': true }
  if (lease === undefined) return base
  const used = lease.meter.bytesUp + lease.meter.bytesDown
  const left = lease.quota > used ? lease.quota - used : 0n
  return {
    ...base,
    'seconds-remaining': Math.max(0, Math.floor((lease.until - nowMs) / 1_000)),
    ...(left <= COUNTABLE && { 'bytes-remaining': Number(left) }),
  }
}
