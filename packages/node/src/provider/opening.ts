import { randomBytes } from 'node:crypto'
import { ok, type Result, reject } from '@conet/core/errors'
import {
  type AccessPoint,
  createProvider,
  type Deferral,
  type GrantPayload,
  quotaFor,
  type RequestPayload,
  type Seal,
  type SessionId,
} from '@conet/core/rounds'
import type { UnixMillis } from '@conet/core/units'
import { CLOCK_SKEW_MS, type Envelope, NonceWindow } from '@conet/core/wire'
import { type Admitted, checkForm, decide } from './admission.js'
import type { Clock } from './clock.js'
import type { ProviderCode } from './codes.js'
import type { RequestOrigin } from './contract.js'
import type { Counters } from './counters.js'
import type { CreditBook } from './credit.js'
import { didOf, isSignedBy } from './inbound.js'
import type { ProviderConfigPorts } from './ports.js'
import { record, whole } from './records/index.js'
import { LiveSession, viewOf } from './session.js'
import type { Sessions } from './sessions.js'
import type { Settler } from './settle/index.js'
import { isAuthentic } from './signed.js'
import type { Asker, Trials } from './trials.js'

/** Owners who say nothing: a check costs about half as much as everything else in a round together. */
const VERIFY_EVERY = 16
const MOST_POSTPONED = 64
/** The machine's own policy: none. One object for all sessions. */
const SETTLER_DECIDES = {}

export interface OpeningParts {
  readonly ports: ProviderConfigPorts
  readonly sessions: Sessions
  readonly counters: Counters
  readonly trials: Trials
  readonly credit: CreditBook
  readonly settler: Settler
  readonly seal: Seal
}

interface Checked {
  readonly request: RequestPayload
  readonly envelope: Envelope
  readonly sid: SessionId
  readonly publicKey: Uint8Array
  readonly from: RequestOrigin
}

/** Opens sessions: from a signed request to an open gateway and a signed grant, without asking the ledger anything remote. */
export class Opening {
  readonly #parts: OpeningParts
  readonly #used = new NonceWindow()
  #seq = 0

  constructor(parts: OpeningParts) {
    this.#parts = parts
  }

  /**
   * Checks who asks, and for what ledger, provider and time.
   *
   * @returns wire codes, `CLOCK_SKEW`, `KEY_UNKNOWN`, `SIGNATURE_INVALID`
   */
  check(
    request: RequestPayload,
    envelope: Envelope,
    sid: SessionId,
    from: RequestOrigin,
  ): Result<Checked, ProviderCode> {
    const { ports } = this.#parts
    const form = checkForm(request, ports, ports.clock.wall())
    if (!form.ok) return form
    const publicKey = ports.signerKey(envelope.header.kid)
    if (publicKey === undefined) return reject('KEY_UNKNOWN', { kid: envelope.header.kid })
    if (!isSignedBy(envelope, publicKey, ports.verify)) return reject('SIGNATURE_INVALID', { kid: envelope.header.kid })
    return ok({ request, envelope, sid, publicKey, from })
  }

  /** Admits, counts the trial, opens the gateway and signs. Nothing is kept if any of it fails. */
  async open(checked: Checked): Promise<Result<LiveSession, ProviderCode>> {
    const { ports, counters, credit, settler, sessions, trials } = this.#parts
    const { request, envelope, from } = checked
    const [now, wall] = [ports.clock.now(), ports.clock.wall()]
    const client = didOf(envelope.header.kid)
    const { exposure, strangers } = counters
    const risking = sessions.riskOf(client)
    const committed = settler.unsettledOf(client) + risking
    const held = { overUnsettled: settler.overLimit, committed, lent: risking > 0n }
    const load = { sessions: sessions.live.size, strangers, exposure, ...held }
    const admitted = decide(ports, credit, request, { client, remoteAddress: from.remoteAddress, now: wall, load })
    if (!admitted.ok) return admitted
    const asker: Asker = { client, device: request.device, address: from.remoteAddress }
    const trial = trials.take(asker, now)
    if (!trial.ok) return trial
    // Last, so that what was refused for now may be asked again with the same text.
    const fresh = this.#used.use(envelope.hash, request.exp + CLOCK_SKEW_MS, wall)
    if (!fresh.ok) {
      trials.giveBack(asker, now)
      return fresh
    }
    const { known, risk } = admitted.value
    counters.exposure += risk
    if (!known) counters.strangers++
    const opened = await this.#grant(checked, asker, admitted.value, now)
    if (!opened.ok) {
      counters.exposure -= risk
      if (!known) counters.strangers--
      trials.giveBack(asker, now)
      return opened
    }
    this.#keep(opened.value, trial.value)
    return opened
  }

  /** The grant's envelope; signing is deterministic, so that the same session always gives the same text. */
  textOf(session: LiveSession): string {
    return this.#parts.seal('conet-grant+jwt', session.start.grant).text
  }

  async #grant(
    checked: Checked,
    asker: Asker,
    admitted: Admitted,
    now: UnixMillis,
  ): Promise<Result<LiveSession, 'GATEWAY_FAILED'>> {
    const { ports, seal } = this.#parts
    const { request, sid, from } = checked
    const { offer, credit } = admitted
    const { terms } = offer
    // One literal for every session: objects built up from others would each have a hidden class of its own.
    const grantWith = ({ host, port, protocols, username, password }: AccessPoint): GrantPayload => ({
      lid: ports.lid,
      sid,
      offer: offer.id,
      offerVersion: offer.version,
      client: asker.client,
      provider: ports.provider,
      terms,
      access: { host, port, protocols, username, password },
      control: ports.control?.(sid) ?? `/v1/sessions/${sid}/rounds`,
      at: now,
      accessUntil: now + terms.trialMs,
    })
    const config = (grant: GrantPayload) => ({
      ...{ grant, credit, settle: SETTLER_DECIDES, seal, defer: this.#deferral(checked, grant) },
      ...escrowOf(request),
    })
    const quota = quotaFor(0n, credit, terms.tariff)
    const limit = admitted.bounds.bytesLeft
    const clientAddress = ports.bindAddress === true ? from.remoteAddress : undefined
    try {
      const access = await ports.gateway.open({
        session: sid,
        until: now + terms.trialMs,
        quota: limit !== undefined && limit < quota ? limit : quota,
        clientAddress,
        bytesPerSecond: admitted.bounds.bytesPerSecond,
        offer: offer.id,
      })
      const grant = grantWith(access)
      return ok(this.#session(checked, asker, admitted, grant, config(grant)))
    } catch (error) {
      return reject('GATEWAY_FAILED', { why: error instanceof Error ? error.message : String(error) })
    }
  }

  #session(
    checked: Checked,
    asker: Asker,
    admitted: Admitted,
    grant: GrantPayload,
    config: Parameters<typeof createProvider>[0],
  ): LiveSession {
    this.#seq++
    return new LiveSession({
      sid: checked.sid,
      seq: this.#seq,
      grant,
      state: createProvider(config),
      publicKey: checked.publicKey,
      kid: checked.envelope.header.kid,
      asker,
      known: admitted.known,
      borrows: admitted.borrows,
      risk: admitted.risk,
      purse: admitted.purse,
      escrow: checked.request.escrow,
      untilMs: steadily(admitted.bounds.untilMs, this.#parts.ports.clock),
      bytesLeft: admitted.bounds.bytesLeft,
      escrowUntil: admitted.escrowUntil,
    })
  }

  /** Which vouchers are checked is nobody's to foresee: the choice grows from a secret of the session. */
  #deferral({ envelope, publicKey }: Checked, grant: GrantPayload): Deferral | undefined {
    const { limits, verify } = this.#parts.ports
    const every = limits.verifyEvery ?? VERIFY_EVERY
    // Keys on the ledger change, and a promise that waited would be worthless then.
    if (every <= 1 || !envelope.header.kid.startsWith('did:key:')) return undefined
    const { kid } = envelope.header
    const authentic = (text: string) => isAuthentic(whole({ kid, grant }, text), publicKey, verify)
    return { every: Math.min(every, MOST_POSTPONED), secret: randomBytes(4).readUInt32LE(), authentic }
  }

  /** Written beside the answer, not before it: until the first voucher there is nothing to lose. */
  #keep(session: LiveSession, trial: readonly (readonly [string, string | undefined])[]): void {
    const { ports, counters, sessions } = this.#parts
    counters.grants++
    sessions.add(session)
    const opened = record.opened(viewOf(session, session.start.grant.at, 0n))
    void ports.store.put([opened, ...trial]).catch(() => undefined)
  }
}

/** A moment of the wall clock on the clock that sessions last by. */
function steadily(moment: UnixMillis | undefined, clock: Clock): UnixMillis | undefined {
  return moment === undefined ? undefined : moment + clock.now() - clock.wall()
}

function escrowOf(request: RequestPayload): { escrow?: string } {
  return request.escrow === undefined ? {} : { escrow: request.escrow }
}
