import { readFileSync } from 'node:fs'

/** How full the kernel's table of tracked connections is. */
export interface Conntrack {
  readonly count: number
  readonly max: number
}

/** Where the kernel tells it; another folder in tests. */
export const CONNTRACK_FOLDER = '/proc/sys/net/netfilter'

/** @returns `undefined` while nothing is tracked, because the module is not loaded */
export function readConntrack(folder = CONNTRACK_FOLDER): Conntrack | undefined {
  try {
    const read = (name: string) => Number(readFileSync(`${folder}/${name}`, 'utf8'))
    const found = { count: read('nf_conntrack_count'), max: read('nf_conntrack_max') }
    return found.max > 0 ? found : undefined
  } catch {
    return undefined
  }
}

/** From here on the owner is warned. */
export const isNearlyFull = ({ count, max }: Conntrack) => count >= 0.95 * max
