import type { Gateway } from '@conet/gateway'
import { type ClientOf, createPortal, type Leases, watchLeases } from '@conet/gateway/portal'
import type { Api } from '../api/index.js'
import type { Config } from '../config/index.js'
import type { Logger } from '../log/index.js'

/** Names of the portal that the API must take for its own, besides its addresses. */
export function portalNames({ portal }: Config): string[] {
  if (portal === undefined) return []
  return portal.publicUrl === undefined ? portal.hosts : [...portal.hosts, new URL(portal.publicUrl).hostname]
}

/** With a portal, sessions are bound to the device that opened them, and the portal must see which. */
export function withLeases(
  config: Config,
  gateway: Gateway,
): { gateway: Gateway; leases: Leases | undefined; bindAddress: boolean } {
  if (config.portal === undefined) return { gateway, leases: undefined, bindAddress: false }
  return { ...watchLeases(gateway), bindAddress: true }
}

/** What a portal needs besides the configuration. */
export interface PortalParts {
  readonly api: Pick<Api, 'handle' | 'upgrade'>
  readonly leases: Leases | undefined
  readonly pageDir: string | undefined
  readonly clientOf: ClientOf | undefined
  readonly log: Logger
}

/**
 * Opens the portal if the configuration names one.
 *
 * @returns its base URL, its port and how to close it; `undefined` without a portal
 * @throws ConetError `LISTEN_FAILED`
 */
export async function openPortal({ portal: wanted }: Config, { log, leases, clientOf, ...parts }: PortalParts) {
  if (wanted === undefined || leases === undefined) return undefined
  if (parts.pageDir === undefined) log.warn('the portal’s page was not built: guests see nothing; run npm run build')
  const { host, port, publicUrl, hosts } = wanted
  const portal = createPortal({
    ...parts,
    listen: { host, port },
    publicUrl,
    hosts,
    leases,
    ...(clientOf && { clientOf }),
  })
  await portal.start()
  return { url: publicUrl ?? portal.url, port: Number(new URL(portal.url).port || 80), stop: () => portal.stop() }
}
