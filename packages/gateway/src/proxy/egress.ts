import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { ConetError, ok, type Result, reject } from '@conet/core/errors'
import {
  type Address,
  type Cidr,
  carried,
  inCidr,
  looksNumeric,
  notPublic,
  parseAddress,
  parseCidr,
} from './address.js'
import { parseHost, parsePort, type Target } from './target.js'

/** The owner's policy about where strangers may go: everything public but the own links is allowed, everything else is refused. */
export interface EgressRules {
  /**
   * Exceptions: `10.1.0.0/16`, `10.1.2.3`, `10.1.2.3:8080`, `[fd00::1]:80`, `intranet.example`, `intranet.example:443`. A
   * name allows whatever it resolves to. With a port only that port, even a blocked one.
   */
  readonly allow?: readonly string[]
  /** Blocks or addresses refused although public, such as the owner's own prefixes. Wins over `allow`. */
  readonly deny?: readonly string[]
  /** Ports refused everywhere; default 25: nobody wants strangers' mail sent from their address. */
  readonly blockedPorts?: readonly number[]
}

export type EgressCode = 'EGRESS_REFUSED'

/** The policy, compiled. */
export interface Egress {
  /**
   * Judges what can be judged before resolving: port, spelling, literal addresses.
   * @returns `EGRESS_REFUSED` with `reason`
   */
  checkTarget(target: Target): Result<Target, EgressCode>
  /** Judges one resolved address of a target. @returns `EGRESS_REFUSED` with `reason` */
  checkAddress(target: Target, address: string): Result<string, EgressCode>
  /** Never lets a flow into a port of this machine that the node itself listens on, whatever the rules allow. */
  guardPort(port: number): void
}

interface AllowRule {
  readonly cidr: Cidr | undefined
  readonly host: string | undefined
  readonly port: number | undefined
}

const refused = (reason: string, target: Target) =>
  reject('EGRESS_REFUSED' as const, { reason, host: target.host, port: target.port })

function badRule(text: string): never {
  throw new ConetError(
    'EGRESS_RULE',
    `egress rule "${text}" is not understood: use a block, an address, a name, or one with :port`,
    {
      data: { rule: text },
    },
  )
}

function parseAllow(text: string): AllowRule {
  const cidr = parseCidr(text.replace(/^\[(.*)\]$/, '$1'))
  if (cidr !== undefined) return { cidr, host: undefined, port: undefined }
  const split = /^(.*):([^:\]]+)$/.exec(text)
  const head = split?.[1] ?? text
  const port = split === null ? undefined : parsePort(split[2] ?? '')
  if (split !== null && port === undefined) badRule(text)
  const block = parseCidr(head.replace(/^\[(.*)\]$/, '$1'))
  const host = block === undefined ? parseHost(head) : undefined
  if (block === undefined && (host === undefined || looksNumeric(host))) badRule(text)
  return { cidr: block, host, port }
}

/** Own addresses and links are looked up this often: interfaces come and go. */
const LOOK_MS = 5_000
/** A shorter prefix is no link but a route (a tunnel that takes everything): then only the address itself counts. */
const SHORTEST_LINK = { ipv4: 8, ipv6: 32 } as const

function linkOf({ address, cidr }: NetworkInterfaceInfo): Cidr | undefined {
  const link = parseCidr(cidr ?? '')
  if (link !== undefined && link[1] >= SHORTEST_LINK[link[0].kind()]) return link
  return parseCidr(address.split('%')[0] ?? '')
}

/** The addresses of this machine and the links it is on. */
function ownLinks(): readonly Cidr[] {
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  return all.map(linkOf).filter(link => link !== undefined)
}

function lookedUp(look: () => readonly Cidr[]): () => readonly Cidr[] {
  let links = look()
  let at = performance.now()
  return () => {
    if (performance.now() - at < LOOK_MS) return links
    at = performance.now()
    links = look()
    return links
  }
}

function localAddresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  return new Set(all.map(({ address }) => address.toLowerCase()))
}

/**
 * Compiles the owner's rules.
 *
 * @param links - blocks around this machine's own addresses, public or not: inside them stand machines that a firewall
 * protects from the outside only. Default: those of its network interfaces
 * @throws ConetError `EGRESS_RULE` if a rule cannot be read: a policy that is half understood would be worse than none
 */
export function createEgress(rules: EgressRules = {}, links: () => readonly Cidr[] = ownLinks): Egress {
  const near = lookedUp(links)
  const allow = (rules.allow ?? []).map(parseAllow)
  const deny = (rules.deny ?? []).map(text => parseCidr(text) ?? badRule(text))
  const blocked = new Set(rules.blockedPorts ?? [25])
  const guarded = new Set<number>()

  const isOwn = (address: Address, port: number) => {
    if (!guarded.has(port)) return false
    const range = address.range()
    return range === 'loopback' || range === 'unspecified' || localAddresses().has(address.toString())
  }
  const within = (addresses: readonly Address[], blocks: readonly Cidr[]) =>
    addresses.some(address => blocks.some(block => inCidr(address, block)))

  const allows = (target: Target, address: string | undefined) => {
    const parsed = address === undefined ? undefined : parseAddress(address)
    return allow.find(rule => {
      if (rule.port !== undefined && rule.port !== target.port) return false
      if (rule.cidr !== undefined) return parsed !== undefined && inCidr(parsed, rule.cidr)
      return rule.host === target.host
    })
  }

  const judge = (target: Target, address: string) => {
    const parsed = parseAddress(address)
    if (parsed === undefined) return 'spelling'
    // Through NAT64 and its like an IPv6 address leads to the IPv4 address in it: what is forbidden there is forbidden here.
    const reached = [parsed, ...carried(parsed)]
    if (reached.some(one => isOwn(one, target.port))) return 'own port'
    if (within(reached, deny)) return 'denied'
    const rule = allows(target, address)
    if (blocked.has(target.port) && rule?.port === undefined) return 'blocked port'
    if (rule !== undefined) return undefined
    return notPublic(parsed) ?? (within(reached, near()) ? 'own network' : undefined)
  }

  return {
    checkTarget(target) {
      if (parseAddress(target.host) !== undefined) {
        const reason = judge(target, target.host)
        return reason === undefined ? ok(target) : refused(reason, target)
      }
      if (looksNumeric(target.host)) return refused('spelling', target)
      // A rule with a block and the blocked port can still match after resolving: only judge when no rule names the port.
      const exempt = allow.some(rule => rule.port === target.port)
      return blocked.has(target.port) && !exempt ? refused('blocked port', target) : ok(target)
    },
    checkAddress(target, address) {
      const reason = judge(target, address)
      return reason === undefined ? ok(address) : refused(reason, target)
    },
    guardPort: port => void guarded.add(port),
  }
}
