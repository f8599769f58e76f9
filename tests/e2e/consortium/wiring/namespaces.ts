import { execFileSync } from 'node:child_process'
import { Hosts, type Link } from '../../hosts.js'
import type { Wiring } from './wiring.js'

const PORT = 26_656
/** A line of a far village: enough for votes, little for blocks. */
const SLOW = ['tbf', 'rate', '512kbit', 'burst', '16kb', 'latency', '400ms']

interface Line {
  readonly between: readonly [string, string]
  readonly addresses: readonly [string, string]
}

/** Each node on a host of its own, joined to every other and, for its API alone, to this machine. Needs root. */
export function namespaceWiring(names: readonly string[]): Wiring {
  // Runs of other processes on this machine take another net.
  const net = `10.${128 + (process.pid % 100)}`
  const pairs: [string, string][] = names.flatMap((name, i) => [
    ['', name] as [string, string],
    ...names.slice(i + 1).map((other): [string, string] => [name, other]),
  ])
  const lines: Line[] = pairs.map((between, at) => ({ between, addresses: [`${net}.${at}.1`, `${net}.${at}.2`] }))
  const hosts = new Hosts(lines satisfies readonly Link[])
  const toHere = (name: string) => lines.find(({ between: [a, b] }) => a === '' && b === name)?.addresses[1] ?? ''
  const addressOn = (name: string, other: string) => {
    const line = lines.find(({ between }) => between.includes(name) && between.includes(other))
    return line?.addresses[line.between.indexOf(name)] ?? ''
  }
  const on = (name: string, ...command: string[]) => {
    const [program = '', ...rest] = [...hosts.on(name), ...command]
    return execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }
  const devices = (name: string) => {
    const peers = lines.filter(({ between }) => between.includes(name) && !between.includes(''))
    const own = new Set(peers.map(({ between, addresses }) => addresses[between.indexOf(name)]))
    const all = JSON.parse(on(name, 'ip', '-json', 'address')) as { ifname: string; addr_info: { local: string }[] }[]
    return all.filter(({ addr_info }) => addr_info.some(({ local }) => own.has(local))).map(({ ifname }) => ifname)
  }
  const each = (name: string, ...command: string[]) => {
    for (const device of devices(name)) on(name, ...command.map(word => (word === 'DEVICE' ? device : word)))
  }
  return {
    kind: 'namespaces',
    host: name => hosts.on(name),
    apiHost: toHere,
    listen: () => ({ host: '0.0.0.0', port: PORT }),
    reach: name => ({ host: toHere(name), port: PORT }),
    peer: (from, to) => `${addressOn(to, from)}:${PORT}`,
    cut: name => each(name, 'ip', 'link', 'set', 'DEVICE', 'down'),
    join: name => each(name, 'ip', 'link', 'set', 'DEVICE', 'up'),
    slow: name => each(name, 'tc', 'qdisc', 'replace', 'dev', 'DEVICE', 'root', ...SLOW),
    fast: name => each(name, 'tc', 'qdisc', 'delete', 'dev', 'DEVICE', 'root'),
    remove: () => hosts.remove(),
  }
}
