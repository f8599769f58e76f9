import type { ClientPorts } from '../ports/types.js'
import type { Chain } from './chain.js'

/**
 * The world as seen through a chain: calls to the exit's node go through the seal, and every voucher that leaves on a
 * control line is shown to the relays, whom it pays.
 *
 * @param door - what `chain.reach(chain.api)` answered
 */
export function portsThrough(chain: Chain, door: { host: string; port: number }, base: ClientPorts): ClientPorts {
  const here = (url: string) => {
    const whole = new URL(url)
    if (whole.host === chain.api) whole.host = `${door.host}:${door.port}`
    return whole.href
  }
  return {
    ...base,
    fetch: (url, init) => base.fetch(here(url), init),
    openLine(url, protocol, handlers) {
      const line = base.openLine(here(url), protocol, handlers)
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
