import { execFileSync } from 'node:child_process'

/** A link between two hosts; the first address belongs to the first. `''` is this machine itself. */
export interface Link {
  readonly between: readonly [string, string]
  readonly addresses: readonly [string, string]
}

const PREFIX = 'cnet'

/** Whether this machine lets the test make hosts of its own; why not otherwise. */
export function whyNoHosts(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  try {
    const name = `${PREFIX}-probe-${process.pid}`
    ip('netns', 'add', name)
    ip('netns', 'delete', name)
    return undefined
  } catch {
    return 'this machine makes no network namespaces'
  }
}

/** Separate hosts on one machine: network namespaces joined by veth links, removed by `remove`. */
export class Hosts {
  readonly #names: string[]
  readonly #links: string[] = []

  constructor(links: readonly Link[]) {
    const names = new Set(links.flatMap(({ between }) => between).filter(name => name !== ''))
    this.#names = [...names].map(name => this.#full(name))
    try {
      for (const name of this.#names) {
        ip('netns', 'add', name)
        ip('-n', name, 'link', 'set', 'lo', 'up')
      }
      for (const [at, link] of links.entries()) this.#join(link, at)
    } catch (error) {
      this.remove()
      throw error
    }
  }

  /** What runs a program on a host. */
  on(host: string): readonly string[] {
    return host === '' ? [] : ['ip', 'netns', 'exec', this.#full(host)]
  }

  remove(): void {
    for (const link of this.#links) quietly(() => ip('link', 'delete', link))
    for (const name of this.#names) quietly(() => ip('netns', 'delete', name))
  }

  #join({ between, addresses }: Link, at: number): void {
    const ends = ['a', 'b'].map(end => `${PREFIX}${process.pid % 10_000}${end}${at}`)
    const [one = '', other = ''] = ends
    ip('link', 'add', one, 'type', 'veth', 'peer', 'name', other)
    this.#links.push(one)
    for (const [side, host] of between.entries()) {
      const end = ends[side] ?? ''
      if (host !== '') ip('link', 'set', end, 'netns', this.#full(host))
      const there = host === '' ? [] : ['-n', this.#full(host)]
      ip(...there, 'address', 'add', `${addresses[side]}/30`, 'dev', end)
      ip(...there, 'link', 'set', end, 'up')
    }
  }

  #full(name: string): string {
    return `${PREFIX}-${name}-${process.pid}`
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function quietly(run: () => void): void {
  try {
    run()
  } catch {
    // It is gone already.
  }
}
