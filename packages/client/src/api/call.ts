import { ConetError, type ErrorData } from '@conet/core/errors'
import type { ClientPorts } from '../ports/types.js'

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly body?: object
  readonly token?: string | undefined
  readonly timeoutMs: number
}

/** Larger answers are no page of this API. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/**
 * One call of a node's API.
 *
 * @param seenDate - told the moment in the answer's `Date` header, for clock hints
 * @returns the JSON of a 2xx answer
 * @throws ConetError the node's own code, or `NODE_UNREACHABLE`, `TIMEOUT`, `ANSWER_MALFORMED`, `HTTP_<status>`
 */
export async function call(
  ports: Pick<ClientPorts, 'fetch'>,
  url: string,
  options: CallOptions,
  seenDate: (serverMs: number) => void = () => {},
): Promise<unknown> {
  const response = await exchange(ports, url, options)
  const date = Date.parse(response.headers.get('date') ?? '')
  if (Number.isFinite(date)) seenDate(date)
  const text = await bodyOf(response, url, options.timeoutMs)
  const json = parse(text)
  if (response.ok) {
    if (json !== undefined) return json
    throw new ConetError('ANSWER_MALFORMED', `${url} did not answer with JSON: is this a Conet node?`, {
      data: { url },
    })
  }
  throw refusal(url, response.status, json)
}

async function exchange(ports: Pick<ClientPorts, 'fetch'>, url: string, options: CallOptions): Promise<Response> {
  const { method = 'GET', body, token, timeoutMs } = options
  const headers = {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const init: RequestInit = { method, headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) }
  try {
    return await ports.fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) })
  } catch (cause) {
    throw unreachable(url, timeoutMs, cause)
  }
}

/** Reads at most as much as an answer may have: a peer that never ends must not fill the memory. */
async function bodyOf(response: Response, url: string, timeoutMs: number): Promise<string> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  try {
    for (;;) {
      const part = await reader?.read()
      if (part?.value === undefined) return text + decoder.decode()
      bytes += part.value.length
      if (bytes > MAX_ANSWER_BYTES) break
      text += decoder.decode(part.value, { stream: true })
    }
  } catch (cause) {
    throw unreachable(url, timeoutMs, cause)
  }
  void reader?.cancel().catch(() => undefined)
  const message = `${url} answered with more than ${MAX_ANSWER_BYTES} bytes, far more than was asked for.`
  throw new ConetError('ANSWER_MALFORMED', message, { data: { url, limit: MAX_ANSWER_BYTES } })
}

function unreachable(url: string, timeoutMs: number, cause: unknown): ConetError {
  const late = cause instanceof Error && cause.name === 'TimeoutError'
  return late
    ? new ConetError('TIMEOUT', `${url} did not answer within ${timeoutMs} ms: try again.`, {
        verdict: 'retry',
        data: { url, timeoutMs },
        cause,
      })
    : new ConetError('NODE_UNREACHABLE', `${url} cannot be reached: check the address and that the node runs.`, {
        verdict: 'retry',
        data: { url },
        cause,
      })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refusal(url: string, status: number, json: unknown): ConetError {
  const error = (json as { error?: { code?: unknown; message?: unknown; data?: unknown } } | undefined)?.error
  const code = typeof error?.code === 'string' ? error.code : `HTTP_${status}`
  const message = typeof error?.message === 'string' ? error.message : `${url} answered with status ${status}.`
  const data = typeof error?.data === 'object' && error.data !== null ? (error.data as ErrorData) : {}
  const verdict = status >= 500 || status === 429 ? 'retry' : 'reject'
  return new ConetError(code, message, { verdict, data: { ...data, status } })
}
