import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../clock.js'
import type { Tls } from './front.js'
import type { Leases } from './leases.js'

/** A device as the gateway sees it. */
export interface PortalClient {
  readonly ip: string
  /** Hardware address; `undefined` where there is no link to see it on (a proxy, a test). */
  readonly mac?: string | undefined
}

/**
 * Who is behind an address. The nftables gateway answers from the neighbour table.
 *
 * @param address - as the socket reports it, IPv4 without `::ffff:`
 * @returns `undefined` if no such device is on the guests' link
 */
export type ClientOf = (address: string) => PortalClient | undefined | Promise<PortalClient | undefined>

/** The node's API, answering on connections of the portal port; it sees the device's own address. */
export interface PortalApi {
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** How a portal is set up. */
export interface PortalOptions {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number }
  /** Base URL that devices are sent to; default: the address they reached, by plain HTTP. */
  readonly publicUrl?: string | undefined
  /** Further names in the Host header that mean the portal; any other name is a device looking for the internet. */
  readonly hosts?: readonly string[]
  /** Folder of the built page; without it the paths of the page answer 404. */
  readonly pageDir?: string | undefined
  readonly api: PortalApi
  readonly leases: Leases
  /** Default: the address alone, as behind a proxy. */
  readonly clientOf?: ClientOf
  readonly clock?: Clock
  /** Cryptographic. Default: the system's. */
  readonly random?: (size: number) => Uint8Array
  /** Serves the page by HTTPS on the same port; `publicUrl` must then be a name of the certificate. */
  readonly tls?: Tls | undefined
}
