import type { Gateway } from '@conet/gateway'
import { createNftablesGateway, type NftablesGateway, type Notice } from '@conet/gateway/nftables'
import type { ClientOf } from '@conet/gateway/portal'
import { createProxyGateway, type Dial, type Egress } from '@conet/gateway/proxy'
import type { ApiContext } from '../api/index.js'
import type { Config } from '../config/index.js'
import type { Logger } from '../log/index.js'

/** What a gateway needs besides the configuration. */
export interface GatewayParts {
  readonly egress: Egress
  readonly dial: Dial | undefined
  readonly log: Logger
  /** Own short name of an offer on sale. */
  readonly keyOf: (offer: string) => string | undefined
}

/** A gateway that runs, and what the node's other parts must know of it. */
export interface OpenGateway {
  readonly gateway: Gateway
  /** What the API names as the way in. */
  readonly points: ApiContext['gateways']
  /** Whether sessions can only be opened for a known address. */
  readonly bindAddress: boolean
  /** Who is behind an address, where the gateway sees the link. */
  readonly clientOf?: ClientOf
}

/**
 * Starts the gateway that `gateway.kind` names.
 *
 * @throws ConetError `LISTEN_FAILED` (proxy), `HELPER_UNREACHABLE`, `HELPER_BUSY` (nftables)
 */
export async function openGatewayOf(config: Config, parts: GatewayParts): Promise<OpenGateway> {
  return config.gateway.kind === 'nftables' ? await openNftables(config, parts) : await openProxy(config, parts)
}

async function openProxy({ gateway: { host, port, ...rest } }: Config, { egress, dial }: GatewayParts) {
  const { advertiseHost, advertisePort } = rest
  const advertise =
    advertiseHost === undefined ? undefined : { host: advertiseHost, ...(advertisePort && { port: advertisePort }) }
  const gateway = createProxyGateway({ listen: { host, port }, advertise, egress, ...(dial && { dial }) })
  await gateway.start()
  return { gateway, points: gateway.point === undefined ? [] : [gateway.point], bindAddress: false }
}

async function openNftables(config: Config, { keyOf, log }: GatewayParts): Promise<OpenGateway> {
  const { host, port, advertiseHost, advertisePort, helperSocket } = config.gateway
  const gateway: NftablesGateway = createNftablesGateway({
    socket: helperSocket,
    advertise: {
      host: advertiseHost ?? host,
      port: advertisePort ?? (port || (config.portal?.port ?? config.api.port) || 1),
    },
    rateOf: offer => rateOf(config, offer === undefined ? undefined : keyOf(offer)),
    onNotice: notice => tell(log, notice),
  })
  await gateway.start()
  return { gateway, points: [], bindAddress: true, clientOf: address => gateway.clientOf(address) }
}

/** Bytes a second for one client of an offer. */
function rateOf({ offers }: Config, key: string | undefined): number | undefined {
  const kilobits = offers.find(offer => offer.key === key)?.rateKbps
  return kilobits === undefined ? undefined : kilobits * 125
}

function tell(log: Logger, notice: Notice): void {
  if (notice.type === 'tampered')
    log.warn(notice, 'somebody changed the gateway’s rules by hand; they are in order again')
  else if (notice.type === 'conntrack') log.warn(notice, 'the kernel tracks nearly as many connections as it can')
  else
    log.warn(notice, notice.up ? 'the gateway helper is there again' : 'the gateway helper is gone; sessions are lost')
}
