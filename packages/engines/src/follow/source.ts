import { ConetError, type ErrorData } from '@conet/core/errors'
import type { Genesis } from '@conet/core/ledger'
import { decodeBlock } from '../blocks/index.js'
import { ENGINE_CODES, engineError } from '../codes.js'
import type { CommittedBlock } from '../contract.js'
import { LEDGER_PATHS, SILENCE_MS, type SubmitAnswer } from './http.js'
import { readEvents } from './sse.js'

/** `fetch`, passed in. */
export type Fetch = typeof globalThis.fetch
const REQUEST_MS = 30_000
/** A genesis holds every first account: about 130 bytes for each of two million. */
const MAX_GENESIS_BYTES = 256 * 1_048_576
const MAX_ANSWER_BYTES = 1_048_576

/** The ledger of another node, as its API shows it. */
export interface RemoteLedger {
  /** @throws ConetError `ENGINE_UNREACHABLE` */
  genesis(): Promise<Genesis>
  /**
   * Ends or throws when the connection does.
   * @param onHeard - told whenever something comes, heartbeats included
   */
  stream(from: number, signal: AbortSignal, onHeard?: () => void): AsyncIterable<CommittedBlock>
  /** @throws ConetError `ENGINE_UNREACHABLE`, or the engine error of the other side */
  submit(tx: string, hash: string, signal: AbortSignal): Promise<SubmitAnswer>
}

/** @param url - base address of the other node's API */
export function remoteLedger(url: string, fetch: Fetch): RemoteLedger {
  const base = url.replace(/\/+$/, '')
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      return await fetch(base + path, init)
    } catch (cause) {
      throw unreachable(base, cause)
    }
  }
  return {
    async genesis() {
      const response = await ask(LEDGER_PATHS.genesis, { signal: AbortSignal.timeout(REQUEST_MS) })
      if (!response.ok) throw unreachable(base, `status ${response.status}`)
      return (await readJson(response, base, MAX_GENESIS_BYTES)) as Genesis
    },
    async *stream(from, signal, onHeard = () => {}) {
      const silence = new AbortController()
      const timer = setTimeout(() => silence.abort(), SILENCE_MS)
      try {
        const headers = { accept: 'text/event-stream' }
        const ends = AbortSignal.any([signal, silence.signal])
        const response = await ask(`${LEDGER_PATHS.stream}?from=${from}`, { headers, signal: ends })
        if (!response.ok || response.body === null) throw unreachable(base, `status ${response.status}`)
        const heard = () => {
          timer.refresh()
          onHeard()
        }
        for await (const text of readEvents(alive(response.body, heard, ends))) yield decodeBlock(text)
      } finally {
        clearTimeout(timer)
        silence.abort()
      }
    },
    async submit(tx, hash, signal) {
      const response = await ask(LEDGER_PATHS.txs, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ tx }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
      })
      return readAnswer(response.status, await readJson(response, base, MAX_ANSWER_BYTES), hash, base)
    },
  }
}

/**
 * Every chunk, heartbeats included, restarts the clock of silence. Ends with the signal at once: a body whose other side
 * dies at the same moment may neither fail nor end, nor let itself be cancelled.
 */
async function* alive(body: ReadableStream<Uint8Array>, heard: () => void, signal: AbortSignal) {
  const reader = body.getReader()
  const ended = endOf(signal)
  try {
    for (;;) {
      const chunk = await Promise.race([reader.read(), ended.promise])
      if (chunk === 'ended' || chunk.done) return
      heard()
      yield chunk.value
    }
  } finally {
    ended.forget()
    reader.cancel().catch(() => {})
  }
}

/** Resolves when the signal aborts; `forget` when nobody waits any more. */
function endOf(signal: AbortSignal): { readonly promise: Promise<'ended'>; forget(): void } {
  let end = () => {}
  const promise = new Promise<'ended'>(resolve => {
    end = () => resolve('ended')
  })
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return { promise, forget: () => signal.removeEventListener('abort', end) }
}

/** Another node may be hostile: what it says is not read without end. */
async function readJson(response: Response, base: string, maxBytes: number): Promise<unknown> {
  try {
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length
      if (bytes > maxBytes) throw new RangeError(`the answer is longer than ${maxBytes} bytes`)
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch (cause) {
    throw unreachable(base, cause)
  }
}

/**
 * Either the answer, or an error body: an engine's error is thrown on, as is whatever says that the other node could not
 * take the transaction now (429, 5xx); any other code is a refusal of the transaction itself.
 */
function readAnswer(status: number, body: unknown, hash: string, base: string): SubmitAnswer {
  const answer = body as Partial<SubmitAnswer> & { error?: { code?: unknown; message?: unknown; data?: unknown } }
  const notNow = status === 429 || status >= 500
  if (typeof answer?.code === 'string' && !notNow)
    return { ...answer, hash, code: answer.code, data: answer.data ?? {} }
  const code = answer?.error?.code
  if (typeof code !== 'string') throw unreachable(base, notNow ? `status ${status}` : 'the answer has no code')
  const data = (answer.error?.data ?? {}) as ErrorData
  if (!notNow && !(code in ENGINE_CODES)) return { hash, code, data }
  throw new ConetError(code, String(answer.error?.message ?? code), { verdict: 'retry', data })
}

/** The error for a ledger that does not answer. */
export function unreachable(url: string, cause: unknown): ConetError {
  const message = `The ledger at ${url} cannot be reached. Check the address and that the node is up; trying again helps.`
  return engineError('ENGINE_UNREACHABLE', message, { url }, cause)
}
