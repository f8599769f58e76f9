import { freePort } from '../../network.js'
import { Wire } from './wire.js'
import type { Endpoint, Wiring } from './wiring.js'

const LOOPBACK = '127.0.0.1'
const DELAY_MS = 150

/** Nodes on one machine whose engines reach each other only through relays: needs no rights. */
export async function loopbackWiring(names: readonly string[]): Promise<Wiring> {
  const ports = new Map<string, number>()
  for (const name of names) ports.set(name, await freePort())
  const wires = new Map<string, Wire>()
  for (const from of names) {
    for (const to of names) if (from !== to) wires.set(`${from} ${to}`, await Wire.to(ports.get(to) ?? 0))
  }
  const of = (name: string) => [...wires].filter(([pair]) => pair.split(' ').includes(name)).map(([, wire]) => wire)
  const all = (some: Iterable<Wire>, act: (wire: Wire) => void) => {
    for (const wire of some) act(wire)
  }
  const setDelay = (name: string, delayMs: number) =>
    all(of(name), wire => {
      wire.delayMs = delayMs
    })
  const listen = (name: string): Endpoint => ({ host: LOOPBACK, port: ports.get(name) ?? 0 })
  return {
    kind: 'loopback',
    host: () => [],
    apiHost: () => LOOPBACK,
    listen,
    reach: listen,
    peer: (from, to) => `${LOOPBACK}:${wires.get(`${from} ${to}`)?.port ?? 0}`,
    cut: name => all(of(name), wire => wire.cut()),
    join: name => all(of(name), wire => wire.join()),
    slow: name => setDelay(name, DELAY_MS),
    fast: name => setDelay(name, 0),
    remove: () => all(wires.values(), wire => wire.close()),
  }
}
