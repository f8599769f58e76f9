/** How the nodes of a network reach each other, and what can happen to that. */
export interface Wiring {
  /** `namespaces` are hosts of their own; on `loopback` every line between two nodes is a relay of this process. */
  readonly kind: 'namespaces' | 'loopback'
  /** What runs a program on the node's host. */
  host(name: string): readonly string[]
  /** Address on which its API listens. */
  apiHost(name: string): string
  /** Where its engine listens. */
  listen(name: string): Endpoint
  /** Where its engine can be reached from this process. */
  reach(name: string): Endpoint
  /** `host:port` by which one node reaches another. */
  peer(from: string, to: string): string
  /** Cuts every line between this node's engine and others. */
  cut(name: string): void
  join(name: string): void
  /** Makes its lines slow both ways. */
  slow(name: string): void
  fast(name: string): void
  remove(): void
}

export interface Endpoint {
  readonly host: string
  readonly port: number
}
