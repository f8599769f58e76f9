import type { AccessPoint } from '@conet/core/rounds'

/** Media type of proxy auto-configuration. */
export const PAC_TYPE = 'application/x-ns-proxy-autoconfig'

/** A proxy auto-configuration file: through the gateway if it is a proxy and there is a session; the program asks for the password. */
export function pacFor(access: AccessPoint | undefined): string {
  const host = access?.host.includes(':') ? `[${access.host}]` : access?.host
  const way = access?.protocols.includes('http') !== true ? 'DIRECT' : `PROXY ${host}:${access.port}`
  return `function FindProxyForURL(url, host) {\n  return ${JSON.stringify(way)}\n}\n`
}
