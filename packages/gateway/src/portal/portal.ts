import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { plainAddress } from '../address.js'
import { systemClock } from '../clock.js'
import { PAGE_POLICY, refuse, send, sendAway, sendJson } from './answers.js'
import { CAPTIVE_TYPE, captiveState } from './captive.js'
import type { PortalClient, PortalOptions } from './contract.js'
import { type PageFile, readPage } from './files.js'
import { Front, isSecure } from './front.js'
import { PAC_TYPE, pacFor } from './pac.js'
import { baseOf, hostName, isGuestPath, OPEN_SESSION, pathOf, ROUNDS_LINE } from './paths.js'
import { PortalTokens } from './tokens.js'

/** Header that carries the token when a session is asked for. */
const TOKEN_HEADER = 'x-conet-portal'
export interface Portal {
  /** @throws ConetError `LISTEN_FAILED` */
  start(): Promise<void>
  /** Ends every connection. */
  stop(): Promise<void>
  /** Base URL as this machine reaches it. @throws Error before `start` */
  readonly url: string
}

class PortalServer implements Portal {
  readonly #options: PortalOptions
  readonly #front: Front
  readonly #tokens: PortalTokens
  readonly #page: ReadonlyMap<string, PageFile>

  constructor(options: PortalOptions) {
    const { random = randomBytes, pageDir, tls, api } = options
    this.#options = options
    this.#tokens = new PortalTokens(random)
    this.#page = pageDir === undefined ? new Map() : readPage(pageDir)
    this.#front = new Front(
      tls,
      (request, response) => void this.#serve(request, response),
      (request, socket, head) => {
        if (this.#own(request) && ROUNDS_LINE.test(pathOf(request))) api.upgrade(request, socket, head)
        else socket.destroy()
      },
    )
  }

  get url(): string {
    return baseOf(this.#options.listen.host, (this.#front.address as AddressInfo).port)
  }

  start(): Promise<void> {
    return this.#front.listen(this.#options.listen)
  }

  stop(): Promise<void> {
    return this.#front.close()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (this.#own(request) && this.#safe(request)) await this.#answer(request, response)
      else sendAway(response, await this.#portalUrl(request))
    } catch {
      // A lookup that failed: the device may try again, and nobody else is disturbed.
      if (response.headersSent) response.destroy()
      else refuse(response, 'CLIENT_UNKNOWN')
    }
  }

  /** Whether the request is for the portal, not for a site the device wanted to reach. */
  #own(request: IncomingMessage): boolean {
    const { hosts = [], publicUrl } = this.#options
    const name = hostName(request.headers.host ?? '')
    if (name === plainAddress(request.socket.localAddress ?? '') || name === 'localhost') return true
    return hosts.includes(name) || (publicUrl !== undefined && hostName(new URL(publicUrl).host) === name)
  }

  /** Where there is TLS the page is not given by plain HTTP: anybody on the air could change it. */
  #safe(request: IncomingMessage): boolean {
    return this.#options.tls === undefined || isSecure(request.socket)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { leases, api } = this.#options
    const path = pathOf(request)
    const lease = () => leases.of(addressOf(request), this.#now())
    if (isGuestPath(request.method, path)) {
      if (path === OPEN_SESSION) return this.#openSession(request, response)
      return api.handle(request, response)
    }
    if (request.method === 'POST' && path === '/portal/token') return this.#giveToken(request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 'NOT_FOUND')
    if (path === '/captive') {
      return sendJson(response, captiveState(lease(), await this.#portalUrl(request), this.#now()), CAPTIVE_TYPE)
    }
    if (path === '/proxy.pac') return send(response, 200, PAC_TYPE, pacFor(lease()?.access))
    const file = this.#page.get(path)
    if (file === undefined) return refuse(response, 'NOT_FOUND')
    const headers = { 'cache-control': file.cache, 'content-security-policy': PAGE_POLICY }
    send(response, 200, file.type, file.body, headers)
  }

  /** The one path that costs a token: it opens the gateway for the device that asks. */
  async #openSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const client = await this.#clientOf(request)
    if (client === undefined) return refuse(response, 'CLIENT_UNKNOWN')
    const text = request.headers[TOKEN_HEADER]
    const taken = this.#tokens.take(typeof text === 'string' ? text : undefined, client, this.#now())
    if (!taken.ok) return refuse(response, taken.code, taken.data)
    // A request that was refused may be signed anew with the same token.
    response.once('close', () => {
      if (response.statusCode !== 201) taken.value()
    })
    this.#options.api.handle(request, response)
  }

  async #giveToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const site = request.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin') return refuse(response, 'SITE_FOREIGN')
    const client = await this.#clientOf(request)
    if (client === undefined) return refuse(response, 'CLIENT_UNKNOWN')
    sendJson(response, { token: this.#tokens.issue(client, this.#now()) })
  }

  /** Of this device: the token in it is worth nothing on another one. */
  async #portalUrl(request: IncomingMessage): Promise<string> {
    const { localAddress = '', localPort = 0 } = request.socket
    const base = this.#options.publicUrl?.replace(/\/+$/, '') ?? baseOf(plainAddress(localAddress), localPort)
    const client = await this.#clientOf(request)
    return client === undefined ? `${base}/` : `${base}/?t=${this.#tokens.issue(client, this.#now())}`
  }

  async #clientOf(request: IncomingMessage): Promise<PortalClient | undefined> {
    const address = addressOf(request)
    const { clientOf = (ip: string) => ({ ip }) } = this.#options
    return clientOf(address)
  }

  #now(): number {
    return (this.#options.clock ?? systemClock).now()
  }
}

const addressOf = (request: IncomingMessage) => plainAddress(request.socket.remoteAddress ?? '')

/**
 * The portal port of a hotspot.
 *
 * @throws Error of the system if `pageDir` cannot be read
 */
export function createPortal(options: PortalOptions): Portal {
  return new PortalServer(options)
}
