import { Resolver } from 'node:dns/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { DialError } from './codes.js'

/** Finds the addresses of a name on the provider's side, best first. @throws DialError `NAME_UNKNOWN` */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>

/** What the servers said of one family; `silent` if they said nothing at all. */
interface Answer {
  readonly addresses: readonly string[]
  readonly silent: boolean
}

/** c-ares has heard from none of the servers it knows. */
const SILENT: readonly unknown[] = ['ETIMEOUT', 'ECONNREFUSED']
/** So long the other family is waited for once one has addresses: RFC 8305 section 3 for IPv6. */
const IPV6_LATE_MS = 50
/** Longer for IPv4: it is what a broken IPv6 falls back to. */
const IPV4_LATE_MS = 500

const answered = (asking: Promise<string[]>): Promise<Answer> =>
  asking.then(
    addresses => ({ addresses, silent: false }),
    error => ({ addresses: [], silent: SILENT.includes(error?.code) }),
  )

/** Alternates families, IPv6 first (RFC 8305 section 4), so that one broken family costs one attempt only. */
function interleave(first: readonly string[], second: readonly string[]): string[] {
  const longest = Math.max(first.length, second.length)
  return Array.from({ length: longest }, (_, i) => [first[i], second[i]])
    .flat()
    .filter(address => address !== undefined)
}

/** Servers that answer for one family and say nothing for the other are common: nobody waits for their time-out. */
async function lookUp(resolver: Resolver, host: string): Promise<Answer> {
  const v6 = answered(resolver.resolve6(host))
  const v4 = answered(resolver.resolve4(host))
  const soonAfter = async (other: Promise<Answer>, mine: Promise<Answer>, ms: number) => {
    const late = async () => ((await other).addresses.length > 0 ? pause(ms, { addresses: [], silent: true }) : mine)
    return Promise.race([mine, late()])
  }
  const [six, four] = await Promise.all([soonAfter(v4, v6, IPV6_LATE_MS), soonAfter(v6, v4, IPV4_LATE_MS)])
  return { addresses: interleave(six.addresses, four.addresses), silent: six.silent || four.silent }
}

/** c-ares cannot be told to stop; whoever waits can. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/**
 * Resolves by DNS, without the thread pool: strangers' slow names must not stand in the way of the node's own disk.
 *
 * Where no server answers, a name is asked for once more anew: c-ares reads the system's servers only once, and waits for one that was
 * quick no longer than five of its usual answers take.
 *
 * `localhost` never leaves the machine (RFC 6761 section 6.3).
 *
 * @param servers - DNS servers; default those of the system
 */
export function createResolver(servers?: readonly string[]): Resolve {
  const fresh = () => {
    const one = new Resolver({ timeout: 2_000, tries: 2 })
    if (servers !== undefined) one.setServers(servers)
    return one
  }
  let resolver = fresh()
  return async (host, signal) => {
    if (host === 'localhost' || host.endsWith('.localhost')) return ['127.0.0.1', '::1']
    const asked = resolver
    let answer = await unlessAborted(lookUp(asked, host), signal)
    if (answer.addresses.length === 0 && answer.silent) {
      if (resolver === asked) resolver = fresh()
      answer = await unlessAborted(lookUp(resolver, host), signal)
    }
    if (answer.addresses.length === 0) throw new DialError('NAME_UNKNOWN', { host })
    return answer.addresses
  }
}
