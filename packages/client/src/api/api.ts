import { ConetError } from '@conet/core/errors'
import { parseTerms } from '@conet/core/services/access'
import type { Did } from '@conet/core/units'
import type { ClientPorts } from '../ports/types.js'
import { type CallOptions, call } from './call.js'
import type { Balance, HistoryEntry, NodeView, Offer, OfferQuery, OfferView, Page, TxAnswer } from './types.js'

const DEFAULT_TIMEOUT_MS = 10_000
/** Codes that a wrong clock causes. */
const CLOCK_CODES: readonly string[] = ['EXPIRED', 'NOT_YET_VALID', 'EXP_TOO_FAR', 'CLOCK_SKEW']
/** The Date header has whole seconds: a smaller difference says nothing. */
const DATE_STEP_MS = 2_000

export interface NodeApiOptions {
  readonly ports: Pick<ClientPorts, 'fetch' | 'now'>
  /** Admin token, for the paths that need one. */
  readonly token?: string
  /** Default 10 s. */
  readonly timeoutMs?: number
}

/** What a provider answers to a voucher (`ack`) or, once the session has ended, to a close (its own). */
export interface SessionAnswer {
  readonly ack?: unknown
  readonly close?: unknown
}

/** Typed calls of one node's API. Every method throws ConetError: the node's code, or one of `CLIENT_CODES`. */
export class NodeApi {
  readonly base: string
  readonly #options: NodeApiOptions
  #clockOffsetMs = 0
  #ledgerOffsetMs = Number.NEGATIVE_INFINITY

  /** @param base - URL of the node, e.g. `http://127.0.0.1:7421` */
  constructor(base: string, options: NodeApiOptions) {
    this.base = base.replace(/\/+$/, '')
    this.#options = options
  }

  /** How far the node's clock is ahead of ours, as far as its answers told; 0 within two seconds. */
  get clockOffsetMs(): number {
    return this.#clockOffsetMs
  }

  /**
   * How far ahead of our clock is what a transaction is judged by: the node's clock, or the ledger's time while that is ahead of it
   * (LED-12), as far as `node` told.
   */
  get ledgerOffsetMs(): number {
    return Math.max(this.#clockOffsetMs, this.#ledgerOffsetMs)
  }

  async node(): Promise<NodeView> {
    const node = await this.get<NodeView>('/v1/node')
    if (typeof node.ledgerTime === 'number') this.#ledgerOffsetMs = node.ledgerTime - this.#options.ports.now()
    return node
  }

  /** A page of offers; those whose terms this build cannot read are left out. */
  async offers(query: OfferQuery = {}): Promise<Page<Offer>> {
    const page = await this.get<Page<OfferView>>(`/v1/offers${queryText(query)}`)
    if (!Array.isArray(page.items)) throw malformed(this.base, 'offers')
    return { items: page.items.flatMap(readOffer), next: page.next ?? null }
  }

  /** @throws ConetError `ANSWER_MALFORMED` if this build cannot read the offer */
  async offer(id: string): Promise<Offer> {
    const [offer] = readOffer(await this.get<OfferView>(`/v1/offers/${encodeURIComponent(id)}`))
    if (offer === undefined) throw malformed(this.base, 'offer')
    return offer
  }

  /** The one round trip of a session. @returns text of the grant's envelope */
  async openSession(request: string): Promise<string> {
    const { grant } = await this.post<{ grant?: unknown }>('/v1/sessions', { request })
    if (typeof grant !== 'string') throw malformed(this.base, 'grant')
    return grant
  }

  /** Fallbacks for a device that has no WebSocket line. */
  postVoucher(sid: string, voucher: string): Promise<SessionAnswer> {
    return this.post(`/v1/sessions/${sid}/vouchers`, { voucher })
  }
  statement(sid: string): Promise<{ readonly statement?: unknown }> {
    return this.get(`/v1/sessions/${sid}/statement`)
  }
  postClose(sid: string, close: string): Promise<SessionAnswer> {
    return this.post(`/v1/sessions/${sid}/close`, { close })
  }

  /** W3C DID document, resolved on the ledger this node holds. */
  async did(did: Did): Promise<unknown> {
    return this.get(`/1.0/identifiers/${encodeURIComponent(did)}`)
  }

  async balances(did: Did): Promise<readonly Balance[]> {
    const { balances } = await this.get<{ balances?: unknown }>(`/v1/accounts/${encodeURIComponent(did)}`)
    if (!Array.isArray(balances)) throw malformed(this.base, 'balances')
    return balances as Balance[]
  }

  history(did: Did, cursor?: string): Promise<Page<HistoryEntry>> {
    return this.get(`/v1/accounts/${encodeURIComponent(did)}/history${queryText({ cursor })}`)
  }

  /** Submits a signed transaction and waits until it is durable. `code` other than `OK` is the ledger's refusal. */
  submit(tx: string): Promise<TxAnswer> {
    return this.post<TxAnswer>('/v1/txs', { tx })
  }

  /** Any other path of the API. */
  get<T>(path: string): Promise<T> {
    return this.#call<T>(path, {})
  }
  post<T>(path: string, body: object): Promise<T> {
    return this.#call<T>(path, { method: 'POST', body })
  }
  put<T>(path: string, body: object): Promise<T> {
    return this.#call<T>(path, { method: 'PUT', body })
  }

  async #call<T>(path: string, how: Pick<CallOptions, 'method' | 'body'>): Promise<T> {
    const { ports, token, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options
    try {
      const seen = (serverMs: number) => this.#learn(serverMs - ports.now())
      return (await call(ports, this.base + path, { ...how, token, timeoutMs }, seen)) as T
    } catch (error) {
      throw this.#withClockHint(error)
    }
  }

  #learn(differenceMs: number): void {
    this.#clockOffsetMs = Math.abs(differenceMs) <= DATE_STEP_MS ? 0 : differenceMs
  }

  /** A refusal for the time says how wrong which clock is, so that the user can set it. */
  #withClockHint(error: unknown): unknown {
    if (!(error instanceof ConetError) || !CLOCK_CODES.includes(error.code)) return error
    if (typeof error.data.now === 'number') this.#learn(error.data.now - this.#options.ports.now())
    const offset = this.#clockOffsetMs
    if (offset === 0) return error
    const hint = `this device's clock is ${Math.round(Math.abs(offset) / 1_000)} s ${offset > 0 ? 'behind' : 'ahead of'} the node's`
    return new ConetError(error.code, `${error.message} (${hint}: set it right)`, {
      verdict: error.verdict,
      data: { ...error.data, clockOffsetMs: offset },
      cause: error,
    })
  }
}

function readOffer(view: OfferView): Offer[] {
  const terms = parseTerms(view?.terms)
  const named = [view?.id, view?.provider, view?.node].every(text => typeof text === 'string')
  return terms.ok && named && Number.isSafeInteger(view.version) ? [{ ...view, terms: terms.value }] : []
}

function queryText(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`
}

function malformed(url: string, what: string): ConetError {
  return new ConetError('ANSWER_MALFORMED', `${url} answered without ${what}: is its version too old or too new?`, {
    data: { url, what },
  })
}
