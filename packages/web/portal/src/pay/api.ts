import { NodeApi } from '@conet/client/api'
import type { ClientPorts } from '@conet/client/ports'
import { browserPorts } from '@conet/client/ports/browser'

/** Header that the portal wants when a session is asked for. */
const TOKEN_HEADER = 'x-conet-portal'
/** Refusals that a fresh token mends. */
const STALE: readonly string[] = ['TOKEN_MISSING', 'TOKEN_EXPIRED', 'TOKEN_USED', 'TOKEN_FOREIGN', 'TOKEN_FORGED']

export const ports: ClientPorts = { ...browserPorts(WebSocket), fetch: fetchWithToken }

/** The node behind this portal. */
export const api = new NodeApi(location.origin, { ports })

/** Token of the address that the portal sent this device to; taken out of it, since it is of use once only. */
let token = takeToken()

function takeToken(): string | undefined {
  const url = new URL(location.href)
  const found = url.searchParams.get('t') ?? undefined
  if (found === undefined) return undefined
  url.searchParams.delete('t')
  history.replaceState(null, '', url)
  return found
}

async function freshToken(): Promise<string> {
  const answer = await fetch('/portal/token', { method: 'POST' })
  const { token: fresh = '' } = (await answer.json()) as { token?: string }
  return fresh
}

async function fetchWithToken(url: string, init: RequestInit): Promise<Response> {
  if (init.method !== 'POST' || new URL(url).pathname !== '/v1/sessions') return fetch(url, init)
  const ask = (text: string) => fetch(url, { ...init, headers: { ...init.headers, [TOKEN_HEADER]: text } })
  const first = await ask(token ?? (await freshToken()))
  token = undefined
  if (first.ok || !(await isStale(first.clone()))) return first
  return ask(await freshToken())
}

async function isStale(answer: Response): Promise<boolean> {
  const body = (await answer.json().catch(() => undefined)) as { error?: { code?: string } } | undefined
  return STALE.includes(body?.error?.code ?? '')
}
