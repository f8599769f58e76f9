import { randomBytes } from 'node:crypto'
import { nodePorts, type Wallet } from '@conet/client'
import type { GrantPayload, StatementPayload } from '@conet/core/rounds'
import { WebSocket } from 'ws'
import type { NodeProcess } from './network.js'

/** An answer of the API, whatever its status. */
export interface Answer {
  readonly status: number
  readonly code: string
  readonly body: Record<string, unknown>
}

/** POSTs anything; text goes out as it is. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  })
  const answer = (await response.json()) as { error?: { code: string } }
  return { status: response.status, code: answer.error?.code ?? '', body: answer }
}

/** Payload of an envelope, unchecked. */
export function payloadOf(text: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString())
}

export interface RequestWish {
  readonly lid: string
  readonly offer: string
  readonly provider: string
  readonly change?: object
}

/** A signed request for service, with members changed as wished. */
export function signRequest(wallet: Wallet, { lid, offer, provider, change = {} }: RequestWish): string {
  const iat = Date.now()
  const nonce = randomBytes(16).toString('base64url')
  const payload = { lid, offer, offerVersion: 1, provider, iat, exp: iat + 60_000, nonce, ...change }
  return wallet.seal('conet-request+jwt', payload).text
}

/** What a request to this node names. */
export async function wishFor(node: NodeProcess): Promise<RequestWish & { lid: string }> {
  const { lid } = await node.api.node()
  const { version } = await node.api.offer(node.offer)
  return { lid, offer: node.offer, provider: node.did, change: { offerVersion: version } }
}

/** A session whose client does only what the test says. */
export class HandSession {
  readonly grant: GrantPayload & { readonly access: { port: number; username: string; password: string } }
  readonly frames: string[] = []
  readonly line: WebSocket
  readonly #wallet: Wallet
  private constructor(grant: HandSession['grant'], line: WebSocket, wallet: Wallet) {
    this.grant = grant
    this.line = line
    this.#wallet = wallet
    line.on('message', data => this.frames.push(data.toString()))
    line.on('error', () => undefined)
  }

  static async open(node: NodeProcess, wallet: Wallet): Promise<HandSession> {
    const request = signRequest(wallet, await wishFor(node))
    const { status, body } = await post(`${node.url}/v1/sessions`, { request })
    if (status !== 201) throw new Error(JSON.stringify(body))
    const grant = payloadOf(String(body.grant)) as unknown as HandSession['grant']
    const line = new WebSocket(`${node.url.replace('http', 'ws')}${grant.control}`, 'conet.rounds.1')
    const session = new HandSession(grant, line, wallet)
    await new Promise<void>((done, fail) => line.once('open', done).once('error', fail))
    line.send(request)
    return session
  }

  /** Statements so far, with the hash that a voucher names. */
  get statements(): readonly { readonly payload: StatementPayload; readonly hash: string }[] {
    return this.frames
      .filter(text => !text.startsWith('{') && payloadOf(text).round !== undefined)
      .map(text => ({ payload: payloadOf(text) as unknown as StatementPayload, hash: hashOf(text) }))
  }

  /** Codes of the refusals so far. */
  get refusals(): readonly string[] {
    return this.frames
      .filter(text => text.startsWith('{'))
      .flatMap(text => ((JSON.parse(text) as { error?: { code: string } }).error?.code ?? []) as string | [])
  }

  get acks(): number {
    return this.frames.filter(text => text.startsWith('{"ack"')).length
  }

  /** The provider's last word, if it was said. */
  get closedFor(): unknown {
    const signed = this.frames.filter(text => !text.startsWith('{'))
    return signed.map(text => payloadOf(text).reason).find(reason => reason !== undefined)
  }

  /** The voucher that answers a statement honestly, with members changed as wished. */
  voucher(of: HandSession['statements'][number], change: object = {}, wallet = this.#wallet): string {
    const { lid, sid, client, provider, terms } = this.grant
    const { asset } = terms.tariff
    const { round, owed, bytesUp, bytesDown } = of.payload
    const bytes = (BigInt(bytesUp) + BigInt(bytesDown)).toString()
    const payload = { lid, sid, client, provider, asset, round, owed, bytes, statement: of.hash, shares: [] }
    return wallet.seal('conet-voucher+jwt', { ...payload, ...change }).text
  }

  get proxy(): string {
    const { port, username, password } = this.grant.access
    return `http://${username}:${password}@127.0.0.1:${port}`
  }
}

function hashOf(text: string): string {
  return Buffer.from(nodePorts.sha256(text.slice(0, text.lastIndexOf('.')))).toString('hex')
}
