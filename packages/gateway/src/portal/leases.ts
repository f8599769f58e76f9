import type { AccessPoint, SessionId } from '@conet/core/rounds'
import type { Bytes, UnixMillis } from '@conet/core/units'
import { plainAddress } from '../address.js'
import type { Gateway, Meter } from '../contract.js'

/** What one device may use at the moment. */
export interface Lease {
  readonly session: SessionId
  readonly until: UnixMillis
  /** Bytes both ways that may pass in total before the next payment. */
  readonly quota: Bytes
  readonly meter: Meter
  readonly access: AccessPoint
}

/** The open sessions of a gateway by the device they are bound to. */
export interface Leases {
  /** The one that lasts longest; `undefined` if this device is captive. */
  of(address: string, nowMs: UnixMillis): Lease | undefined
}

interface Held extends Omit<Lease, 'meter'> {
  readonly address: string
}

/**
 * Wraps a gateway and remembers what the node told it: the same numbers the data plane enforces. Sessions that are not bound to an
 * address belong to no device.
 */
export function watchLeases(gateway: Gateway): { readonly gateway: Gateway; readonly leases: Leases } {
  const held = new Map<SessionId, Held>()
  const watched: Gateway = {
    name: gateway.name,
    start: () => gateway.start(),
    stop: () => gateway.stop(),
    meter: session => gateway.meter(session),
    onEvent: listener => gateway.onEvent(listener),
    open: async admission => {
      const access = await gateway.open(admission)
      const { session, until, quota, clientAddress } = admission
      if (clientAddress !== undefined) {
        held.set(session, { session, until, quota, access, address: plainAddress(clientAddress) })
      }
      return access
    },
    extend: async (session, until, quota) => {
      await gateway.extend(session, until, quota)
      const before = held.get(session)
      if (before !== undefined) held.set(session, { ...before, until, quota })
    },
    close: session => {
      held.delete(session)
      return gateway.close(session)
    },
  }
  return { gateway: watched, leases: { of: (address, nowMs) => leaseOf(held, gateway, plainAddress(address), nowMs) } }
}

function leaseOf(held: Map<SessionId, Held>, gateway: Gateway, address: string, nowMs: UnixMillis): Lease | undefined {
  let best: Held | undefined
  for (const one of held.values()) {
    if (one.address === address && one.until > nowMs && (best === undefined || one.until > best.until)) best = one
  }
  if (best === undefined) return undefined
  const { address: _, ...lease } = best
  return { ...lease, meter: gateway.meter(lease.session) }
}
