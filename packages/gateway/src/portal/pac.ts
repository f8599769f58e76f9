import type { AccessPoint } from '@conet/core/rounds'

/** Media type of proxy auto-configuration. */
export const PAC_TYPE = 'application/x-ns-proxy-autoconfig'

/** A proxy auto-configuration file: everything through the gateway; without a session, directly. The program asks for the password. */
export function pacFor(access: AccessPoint | undefined): string {
  const host = access?.host.includes(':') ? `[${access.host}]` : access?.host
  const way = access === undefined ? 'DIRECT' : `PROXY ${host}:${access.port}`
  return `function FindProxyForURL(url, host) {\n  return ${JSON.stringify(way)}\n}\n`
}
