import { ConetError } from '@conet/core/errors'
import type { Api, ApiContext } from '../api/index.js'

/** Blocks the read model may be behind before searches are called stale. */
const LAG_BLOCKS = 100

/** What `/healthz` answers from. */
export interface HealthSources {
  height(): number
  readModelHeight(): number
  readonly state: {
    readonly ready: boolean
    /** Codes of the ledger's refusals by offer key. */
    readonly refused: () => ReadonlyMap<string, string>
  }
  /** Why the ledger takes nothing now. */
  readonly trouble: () => Error | undefined
}

/**
 * A node whose read model lags still serves sessions, but its searches are stale. Refused offers are told, but the node is
 * ready: it sells the others, and starting it again would not help.
 */
export function healthOf({ height, readModelHeight, state, trouble }: HealthSources): ApiContext['health'] {
  return () => {
    const lag = height() - readModelHeight()
    const readModel = lag <= LAG_BLOCKS ? 'ok' : `${lag} blocks behind`
    const checks = { ledger: codeOf(trouble()), readModel, provider: state.ready ? 'ok' : 'not ready' }
    const ready = Object.values(checks).every(check => check === 'ok')
    return { ready, checks: { ...checks, offers: offersOf(state.refused()) } }
  }
}

function offersOf(refused: ReadonlyMap<string, string>): string {
  if (refused.size === 0) return 'ok'
  return [...refused].map(([key, code]) => `${key}: ${code}`).join(', ')
}

/** Strangers may read this: the code says what kind of trouble it is, the log says the rest. */
function codeOf(trouble: Error | undefined): string {
  if (trouble === undefined) return 'ok'
  return trouble instanceof ConetError ? trouble.code : 'failed'
}

/** Base URL by which this machine reaches the API; a listener on every address is reached by loopback. */
export function localUrl(api: Api): string {
  const host = api.host === '0.0.0.0' || api.host === '::' ? '127.0.0.1' : api.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${api.port}`
}
