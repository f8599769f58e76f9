import { ConetError, type ErrorData, type Rejection, type Result } from '@conet/core/errors'
import type { FastifyError } from 'fastify'
import { wordsFor } from '../provider/index.js'
import type { ApiCode } from './codes.js'

/** Status by code where the code itself is not enough; the rest follows from its end (statusOf). */
const STATUS: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  BODY_TOO_LARGE: 413,
  ENVELOPE_TOO_LARGE: 413,
  MEDIA_TYPE: 415,
  ADMIN_TOKEN: 401,
  SIGNATURE_INVALID: 401,
  KEY_UNKNOWN: 401,
  ADMIN_REMOTE: 403,
  DENIED: 403,
  NOT_ATTACHED: 403,
  HOST_REFUSED: 421,
  UPGRADE_REQUIRED: 426,
  RATE_LIMITED: 429,
  TRIALS_USED_UP: 429,
  BALANCE_TOO_LOW: 402,
  INTERNAL: 500,
  BUSY: 503,
  CROWDED: 503,
  STREAMS_FULL: 503,
  OFFER_PAUSED: 503,
  NOT_RUNNING: 503,
  MEMPOOL_FULL: 503,
  ENGINE_STOPPED: 503,
  ENGINE_UNREACHABLE: 503,
  READMODEL_STORAGE: 503,
  POLICY_STORAGE: 503,
  GATEWAY_FAILED: 503,
  STORAGE_FAILED: 503,
  DISK_FULL: 507,
  REPLAYED: 409,
  TRANSFER_KEY: 409,
  OFFER_CHANGED: 409,
  VOUCHER_BELOW: 409,
  SESSION_CLOSED: 410,
}

/** HTTP status of a code: `…_UNKNOWN` is 404, everything not listed is 400. */
export function statusOf(code: string): number {
  return STATUS[code] ?? (code.endsWith('_UNKNOWN') ? 404 : 400)
}

/** The body of every refusal. */
export function errorBody(code: string, message: string, data: ErrorData = {}) {
  return { error: { code, message, data } }
}

/** An error of the API itself. */
export function apiError(code: ApiCode, message: string, data: ErrorData = {}): ConetError {
  return new ConetError(code, message, { data })
}

/** What the read model's own codes leave unsaid. */
const WORDS: Readonly<Record<string, string>> = {
  CURSOR_INVALID: 'this list gave out no such cursor; begin again without one',
}

/** A rejection of a pure function becomes the error that the edge throws. */
export function rejected(rejection: Rejection): ConetError {
  const reasons = Object.entries(rejection.data).map(([name, value]) => `${name} ${value}`)
  const details = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`
  const message = `${wordsFor(rejection.code) ?? WORDS[rejection.code] ?? `refused: ${rejection.code}`}${details}`
  return new ConetError(rejection.code, message, { data: rejection.data })
}

/** The value of a result. @throws ConetError with the rejection's code */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw rejected(result)
}

const IN_PATH = { path: 'params' }

/** What Fastify itself refuses, in our codes. */
const FASTIFY: Readonly<Record<string, readonly [code: ApiCode, message: string, data?: ErrorData]>> = {
  FST_ERR_BAD_URL: ['REQUEST_INVALID', 'params: a percent code stands for no character; correct it', IN_PATH],
  FST_ERR_MAX_PARAM_LENGTH: ['REQUEST_INVALID', 'params: a part of the path is too long; correct it', IN_PATH],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['MEDIA_TYPE', 'send the body as application/json'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['BODY_MALFORMED', 'the body is empty; send JSON'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['BODY_MALFORMED', 'the body is not JSON; correct it'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['BODY_MALFORMED', 'the body has another length than its header says'],
}

function invalidRequest(error: FastifyError): ConetError {
  const [first] = error.validation ?? []
  const missing = first?.params.missingProperty ?? first?.params.additionalProperty
  const path = `${error.validationContext ?? 'request'}${first?.instancePath ?? ''}${missing === undefined ? '' : `/${missing}`}`
  return apiError('REQUEST_INVALID', `${path}: ${first?.message ?? 'is not of the right form'}; correct it`, { path })
}

/** What a route takes as body. */
interface BodyRule {
  /** Whether it is to be one signed envelope. */
  readonly envelope: boolean
  readonly bodyLimit: number
}

function tooLarge({ envelope, bodyLimit: limit }: BodyRule): ConetError {
  if (envelope) return new ConetError('ENVELOPE_TOO_LARGE', 'the envelope is larger than any kind may be; send less')
  return apiError('BODY_TOO_LARGE', `the body is larger than the ${limit} bytes that this path takes; send less`, {
    limit,
  })
}

/**
 * Whatever was thrown while a request was handled, as an error of ours; `undefined` for a defect, which only the log may see.
 *
 * @param route - what it takes
 */
export function known(error: FastifyError | ConetError, route: BodyRule): ConetError | undefined {
  if (error instanceof ConetError) return error
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLarge(route)
  if (error.validation !== undefined) return invalidRequest(error)
  const ours = FASTIFY[error.code]
  if (ours !== undefined) return apiError(...ours)
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return apiError('BODY_MALFORMED', 'the request cannot be read; correct it')
  }
  return undefined
}
