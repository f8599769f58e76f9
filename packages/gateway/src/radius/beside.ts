import type { SessionId } from '@conet/core/rounds'
import type { Gateway } from '../contract.js'
import type { RadiusGateway } from './gateway.js'

/**
 * Two gateways as one: sessions that a station began by RADIUS are carried by access points, all others by `main`. Starting and
 * stopping `main` is left to whoever made it.
 */
export function besideRadius(main: Gateway, radius: RadiusGateway): Gateway {
  const of = (session: SessionId): Gateway => (radius.owns(session) ? radius : main)
  return {
    name: `${main.name}+${radius.name}`,
    start: () => radius.start(),
    stop: () => radius.stop(),
    open: admission => of(admission.session).open(admission),
    extend: (session, until, quota) => of(session).extend(session, until, quota),
    close: session => of(session).close(session),
    meter: session => of(session).meter(session),
    onEvent: listener => {
      const stops = [main.onEvent(listener), radius.onEvent(listener)]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}
