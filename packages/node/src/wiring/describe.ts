import type { Api, ApiContext } from '../api/index.js'
import type { Config } from '../config/index.js'

/** Blocks the read model may be behind before searches are called stale. */
const LAG_BLOCKS = 100

/** Gateways as the node names them; empty while the system chose the port. */
export function gatewaysOf({ gateway }: Config): ApiContext['gateways'] {
  const port = gateway.advertisePort ?? gateway.port
  return port === 0 ? [] : [{ host: gateway.advertiseHost ?? gateway.host, port, protocols: ['http', 'socks5'] }]
}

/** What `/healthz` answers from. */
export interface HealthSources {
  height(): number
  readModelHeight(): number
  readonly state: { readonly ready: boolean }
}

/** A node whose read model lags still serves sessions, but its searches are stale. */
export function healthOf({ height, readModelHeight, state }: HealthSources): ApiContext['health'] {
  return () => {
    const lag = height() - readModelHeight()
    const readModel = lag <= LAG_BLOCKS ? 'ok' : `${lag} blocks behind`
    const checks = { ledger: 'ok', readModel, provider: state.ready ? 'ok' : 'not ready' }
    return { ready: Object.values(checks).every(check => check === 'ok'), checks }
  }
}

/** Base URL by which this machine reaches the API; a listener on every address is reached by loopback. */
export function localUrl(api: Api): string {
  const host = api.host === '0.0.0.0' || api.host === '::' ? '127.0.0.1' : api.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${api.port}`
}
