import { Resolver } from 'node:dns/promises'
import { DialError } from './codes.js'

/** Finds the addresses of a name on the provider's side, best first. @throws DialError `NAME_UNKNOWN` */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>

const found = (result: PromiseSettledResult<string[]>) => (result.status === 'fulfilled' ? result.value : [])

/** Alternates families, IPv6 first (RFC 8305 section 4), so that one broken family costs one attempt only. */
function interleave(first: readonly string[], second: readonly string[]): string[] {
  const longest = Math.max(first.length, second.length)
  return Array.from({ length: longest }, (_, i) => [first[i], second[i]])
    .flat()
    .filter(address => address !== undefined)
}

/**
 * Resolves by DNS, without the thread pool: strangers' slow names must not stand in the way of the node's own disk.
 *
 * `localhost` never leaves the machine (RFC 6761 section 6.3).
 *
 * @param servers - DNS servers; default those of the system
 */
export function createResolver(servers?: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  if (servers !== undefined) resolver.setServers(servers)
  return async host => {
    if (host === 'localhost' || host.endsWith('.localhost')) return ['127.0.0.1', '::1']
    const [v6, v4] = await Promise.allSettled([resolver.resolve6(host), resolver.resolve4(host)])
    const addresses = interleave(found(v6), found(v4))
    if (addresses.length === 0) throw new DialError('NAME_UNKNOWN', { host })
    return addresses
  }
}
