import type { ClientPorts } from '../ports/types.js'
import type { Neighbour } from './leg.js'

/** The way into the exit's API; where its door is may change. */
export interface WayIn {
  /** Authority of the exit's API, as its offers name it. */
  readonly api: string
  readonly door: Neighbour
  note(text: string): void
}

/**
 * The world as seen through a chain: calls to the exit's node go through the seal, and every voucher that leaves on a
 * control line is shown to the relays, whom it pays.
 */
export function portsThrough(chain: WayIn, base: ClientPorts): ClientPorts {
  const here = (url: string) => {
    const whole = new URL(url)
    if (whole.host === chain.api) whole.host = `${chain.door.host}:${chain.door.port}`
    return whole.href
  }
  return {
    ...base,
    fetch: (url, init) => base.fetch(here(url), init),
    openLine(url, protocols, handlers) {
      const line = base.openLine(here(url), protocols, handlers)
      return {
        send(text) {
          if (isVoucher(text)) chain.note(text)
          line.send(text)
        },
        close: () => line.close(),
      }
    },
  }
}

/** By its header, which is written first and always alike. */
function isVoucher(text: string): boolean {
  const header = text.slice(0, text.indexOf('.'))
  return Buffer.from(header, 'base64url').toString('latin1').includes('"conet-voucher+jwt"')
}
