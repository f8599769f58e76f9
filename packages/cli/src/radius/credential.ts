import { KeyBook, type NodeApi, nodePorts, type Offer, type RequestOptions, Session } from '@conet/client'
import { ConetError } from '@conet/core/errors'
import type { CommandContext } from '../command.js'
import { keepEvidence } from '../evidence.js'
import { EXIT } from '../exit.js'
import { credits, parseCredits } from '../output.js'
import { openApi, openWallet } from '../wallet.js'
import { defaultInterface, interfaceMeter } from './interface-meter.js'
import { type Credential, leaveRequest, untilJoined } from './leave.js'
import { networkBlock } from './supplicant.js'

type Options = Readonly<Record<string, unknown>>

async function offerOf(api: NodeApi, id: unknown): Promise<{ readonly lid: string; readonly offer: Offer }> {
  const { lid, did } = await api.node()
  if (id !== undefined) return { lid, offer: await api.offer(String(id)) }
  const { items } = await api.offers({ type: 'access', provider: did, limit: 1 })
  const [offer] = items
  if (offer !== undefined) return { lid, offer }
  throw new ConetError('NO_OFFER', 'this node has no offer now: ask another with --node', { verdict: 'retry' })
}

function show({ out }: CommandContext, { user, password, left }: Credential): void {
  const { network, expiresAt, certificateSha256, serverName } = left
  const block = networkBlock({ network, user, password, certificateSha256, serverName })
  const value = { ok: true, network, user, password, expiresAt, certificateSha256, serverName, block }
  out.result(value, () =>
    [
      `network   ${network}   (EAP-TTLS, inner PAP)`,
      `user      ${user}`,
      `password  ${password}`,
      `join by   ${new Date(expiresAt).toISOString()}`,
      '',
      block,
    ].join('\n'),
  )
}

/**
 * `conet radius credential`: prints a credential; unless `--print`, waits for the station to join and pays its rounds until Ctrl-C.
 *
 * @throws ConetError what the node answers, `INTERFACE_UNKNOWN`, `CREDENTIAL_OVER`
 */
export async function credential(context: CommandContext, options: Options): Promise<number> {
  const api = openApi(context)
  const wallet = openWallet(context, api)
  const request: RequestOptions = {
    ...{ ports: nodePorts, wallet, api, keys: new KeyBook(api) },
    ...(await offerOf(api, options.offer)),
  }
  const name = options.interface === undefined ? defaultInterface() : String(options.interface)
  const meter = options.print === true ? undefined : interfaceMeter(name ?? '')
  const made = await leaveRequest(request)
  show(context, made)
  return meter === undefined ? EXIT.ok : pay(context, request, made, meter, options)
}

/** Pays from the first statement to the end, whatever happens to the line in between. */
async function pay(
  { out, home, signal }: CommandContext,
  request: RequestOptions,
  made: Credential,
  meter: ReturnType<typeof interfaceMeter>,
  { budget }: Options,
): Promise<number> {
  out.note('waiting for the station to join …   (Ctrl-C ends)')
  const granted = await untilJoined(request, made, signal)
  out.note('the station is on: the trial runs')
  const most = budget === undefined ? undefined : parseCredits(String(budget))
  const session = new Session(
    {
      ...request,
      meter,
      mayPay: owed => most === undefined || owed <= most,
      onEvent: event => {
        if (event.type === 'paid') out.note(`round ${event.round} paid, ${credits(event.owed)} so far`)
        if (event.type === 'evidence')
          out.note(`disputed: both counts are kept in ${keepEvidence(home, granted.grant.sid, event)}`)
      },
    },
    granted,
  )
  const stop = () => void session.stop()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const summary = await session.done.finally(() => signal.removeEventListener('abort', stop))
  out.note(`over: ${summary.reason}, ${credits(session.paid)} paid`)
  return summary.reason === 'METER_DISPUTE' ? EXIT.failed : EXIT.ok
}
