import { ok, type Result, reject } from '@conet/core/errors'
import { decodeDidKeyUrl } from '@conet/core/identity'
import { sessionIdOf } from '@conet/core/rounds'
import { decodeEnvelope, encodeBase64url, signEnvelope } from '@conet/core/wire'
import type { GatewayEvent } from '../../contract.js'
import { createRadiusGateway, type RadiusGateway, type RadiusOptions } from '../gateway.js'
import type { RadiusNote } from '../notes.js'
import type { Packet } from '../packet.js'
import { makeToken } from '../token.js'
import { ask, type Told, type Written } from './ask.js'
import { HandClock } from './clock.js'
import { clientOf, nodeSha256, nodeVerify } from './crypto.js'
import { type FakeNas, fakeNas, type Reply } from './nas.js'

export const START = 1_790_000_000_000
export const TRIAL_MS = 20_000
export const PROVIDER = 'did:key:z6MkProviderOfTests'
export const STATION = '02-00-00-00-00-01'
export const OTHER_STATION = '02-00-00-00-00-02'
const KEY = 'key-of-the-listener'
const SECRET = 'secret-of-nas'

/** A client's credential, made as `conet radius credential` does. */
export interface TestCredential {
  readonly request: string
  readonly user: string
  readonly password: string
}

let nonce = 0

/** Signs a request and a token, at `START` unless told. */
export function credentialOf(
  seed: number,
  change: { at?: number; lid?: string; lifeMs?: number } = {},
): TestCredential {
  const { at = START, lid = 'test', lifeMs = 600_000 } = change
  const signer = clientOf(seed)
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setUint32(0, ++nonce)
  const request = signEnvelope(
    'conet-request+jwt',
    {
      ...{ lid, offer: 'offer', offerVersion: 1, provider: PROVIDER, iat: at, exp: at + lifeMs },
      nonce: encodeBase64url(bytes),
    },
    signer,
  )
  const envelope = decodeEnvelope(request, { sha256: nodeSha256 })
  if (!envelope.ok) throw new Error(envelope.code)
  const user = sessionIdOf(envelope.value.hash)
  return { request, user, password: makeToken({ lid, provider: PROVIDER, sid: user }, at + lifeMs, signer.sign) }
}

/** A gateway with a node behind it that opens whatever it is asked, one access point, and a clock that moves by hand. */
export class House {
  readonly clock = new HandClock(START)
  readonly events: GatewayEvent[] = []
  readonly notes: RadiusNote[] = []
  readonly asked: string[] = []
  readonly gateway: RadiusGateway
  readonly nas: FakeNas
  /** What the node says to the next request. */
  refusal: Result<{ readonly grant: string }> | undefined

  private constructor(nas: FakeNas, options: Partial<RadiusOptions>) {
    this.nas = nas
    this.gateway = createRadiusGateway({
      ...{ lid: 'test', provider: PROVIDER, verify: nodeVerify, sha256: nodeSha256, clock: this.clock },
      signerKey: kid => {
        const key = decodeDidKeyUrl(kid)
        return key.ok ? key.value : undefined
      },
      listen: { host: '127.0.0.1', port: 0, key: KEY },
      nas: [{ address: '127.0.0.1', port: nas.port, secret: SECRET }],
      network: 'test-net',
      openSession: request => this.#open(request),
      onNote: note => this.notes.push(note),
      ...options,
    })
    this.gateway.onEvent(event => this.events.push(event))
  }

  /** @param reply - how the access point answers Disconnect-Requests; default: it obeys */
  static async open(options: Partial<RadiusOptions> = {}, reply?: (packet: Packet) => Reply): Promise<House> {
    const house = new House(await fakeNas(SECRET, reply), options)
    await house.gateway.start()
    return house
  }

  /** Asks as FreeRADIUS does. */
  authorize(who: { user: string; password: string }, station = STATION, change: Written = {}): Promise<Told> {
    return this.ask('authorize', {
      'User-Name': who.user,
      'User-Password': who.password,
      'Calling-Station-Id': station,
      'NAS-IP-Address': '127.0.0.1',
      ...change,
    })
  }

  account(status: string, user: string, up: number, change: Written = {}): Promise<Told> {
    return this.ask('accounting', {
      'Acct-Status-Type': status,
      'Acct-Session-Id': 'acct-1',
      'User-Name': user,
      'Calling-Station-Id': STATION,
      'NAS-IP-Address': '127.0.0.1',
      'Acct-Input-Octets': up,
      'Acct-Output-Octets': 0,
      ...change,
    })
  }

  ask(path: string, body: Written | string, key = KEY): Promise<Told> {
    return ask(this.gateway.port, key, path, body)
  }

  /** Waits for a Disconnect-Request; the clock stands still. */
  async disconnected(count = 1): Promise<void> {
    while (this.nas.heard.length < count) await new Promise(resolve => setTimeout(resolve, 5))
  }

  async close(): Promise<void> {
    const stopped = this.gateway.stop()
    // Waits inside are on the hand clock.
    const timer = setInterval(() => this.clock.pass(1_000), 1)
    await stopped
    clearInterval(timer)
    await this.nas.close()
  }

  async #open(request: string): Promise<Result<{ readonly grant: string }>> {
    this.asked.push(request)
    if (this.refusal !== undefined) return this.refusal
    const envelope = decodeEnvelope(request, { sha256: nodeSha256 })
    if (!envelope.ok) return envelope
    const session = sessionIdOf(envelope.value.hash)
    // As a node does that serves others by proxy too.
    if (!this.gateway.owns(session)) return reject('CARRIED_ELSEWHERE')
    await this.gateway.open({ session, until: this.clock.now() + TRIAL_MS, quota: 1_000_000n })
    return ok({ grant: `grant of ${session}` })
  }
}
