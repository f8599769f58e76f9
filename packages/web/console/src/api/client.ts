import type { ErrorBody } from './types.js'

/** A refusal or failure with the node's code; `UNREACHABLE` when there was no answer. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message)
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>

export interface Api {
  /** @throws ApiError */
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>
  /** @throws ApiError */
  post<T>(path: string, body: unknown): Promise<T>
  /** Opens the event stream; the body yields text. @throws ApiError */
  events(signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
}

function withQuery(path: string, query: Query): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') params.set(name, String(value))
  const text = params.toString()
  return text === '' ? path : `${path}?${text}`
}

async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => undefined)) as ErrorBody | undefined
  const fallback = response.status === 401 ? 'ADMIN_TOKEN' : 'HTTP_ERROR'
  return new ApiError(
    body?.error?.code ?? fallback,
    body?.error?.message ?? `Status ${response.status}`,
    response.status,
  )
}

/** Client of the node this page came from; every request carries the admin token. */
export function createApi(token: string, send: typeof fetch = (input, init) => fetch(input, init)): Api {
  const call = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const response = await send(path, { ...init, headers, cache: 'no-store' }).catch((cause: unknown) => {
      if (init.signal?.aborted === true) throw cause
      throw new ApiError('UNREACHABLE', 'No answer from the node', 0)
    })
    if (!response.ok) throw await refusal(response)
    return response
  }
  return {
    get: async <T>(path: string, query: Query = {}, signal?: AbortSignal) =>
      (await call(withQuery(path, query), signal === undefined ? {} : { signal })).json() as Promise<T>,
    post: async <T>(path: string, body: unknown) =>
      (await call(path, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<T>,
    events: async signal => {
      const { body } = await call('/v1/events', { signal })
      if (body === null) throw new ApiError('UNREACHABLE', 'The event stream is empty', 0)
      return body
    },
  }
}
