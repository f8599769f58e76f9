import type { Socket } from 'node:net'
import { ok, type Result, reject } from '@conet/core/errors'
import type { Clock } from '../clock.js'
import type { Book } from './book.js'
import { DialError, type RefusalCode, refusalOf } from './codes.js'
import type { Dial } from './dial.js'
import type { Egress } from './egress.js'
import { Flow } from './flow.js'
import type { ProxyLimits } from './limits.js'
import type { BufferPool, ChunkReader } from './reader.js'
import type { Session } from './session.js'
import type { Target } from './target.js'

/** What every protocol of the proxy works with. */
export interface ProxyContext {
  readonly book: Book
  readonly clock: Clock
  readonly dial: Dial
  readonly egress: Egress
  readonly limits: ProxyLimits
  readonly pool: BufferPool
  /** Every flow of every session. */
  readonly flows: Set<Flow>
}

/** A connection as the front hands it over. */
export interface Visitor {
  readonly socket: Socket
  /** The head of a request was read and its credentials are good: the time limit of the handshake is lifted. */
  admitted(): void
  /** Waits for a further request: the limit runs again. */
  waits(): void
}

function refusedBefore(context: ProxyContext, session: Session, target: Target): RefusalCode | undefined {
  const { limits, flows, egress } = context
  // Between the credentials of a SOCKS client and its request may lie seconds.
  if (!session.alive) return 'SESSION_EXPIRED'
  if (session.openFlows >= limits.flowsPerSession || flows.size >= limits.flows) return 'TOO_MANY_FLOWS'
  const judged = egress.checkTarget(target)
  return judged.ok ? undefined : judged.code
}

async function dialInto(flow: Flow, context: ProxyContext, target: Target, reader?: ChunkReader): Promise<boolean> {
  const timeout = context.clock.after(context.limits.connectMs, () => flow.giveUp(new DialError('CONNECT_TIMEOUT')))
  try {
    return flow.attach(await context.dial(target, { signal: flow.signal, reader }))
  } finally {
    timeout()
  }
}

/**
 * Opens a flow for a client whose credentials were good: limits, policy, dialling.
 *
 * @returns the flow with its uplink, or the code to tell the client; the session counts the refusal
 */
export async function openFlow(
  context: ProxyContext,
  session: Session,
  client: Socket,
  target: Target,
  reader?: ChunkReader,
): Promise<Result<Flow, RefusalCode>> {
  const refused = refusedBefore(context, session, target)
  if (refused !== undefined) {
    session.refusedFlows += 1
    return reject(refused)
  }
  const flow = new Flow(session, client, context.clock, ended => context.flows.delete(ended))
  context.flows.add(flow)
  try {
    if (await dialInto(flow, context, target, reader)) return ok(flow)
    return reject('SESSION_EXPIRED')
  } catch (error) {
    flow.end()
    session.refusedFlows += 1
    return reject(refusalOf(error))
  }
}
