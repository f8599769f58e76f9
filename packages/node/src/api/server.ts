import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { ConetError } from '@conet/core/errors'
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchema,
  type FastifyServerOptions,
} from 'fastify'
import { serveConsole } from './console.js'
import type { ApiContext } from './context.js'
import { Crowd, MAX_CONNECTIONS, MAX_STREAMS, StreamSlots } from './crowd.js'
import type { Endpoint } from './endpoint.js'
import { ENDPOINTS } from './endpoints/index.js'
import { apiError, errorBody, known, statusOf } from './errors.js'
import { defaultsOptional, ENVELOPE_TYPE, ErrorAnswer, otherThanText } from './forms.js'
import { type AdminRule, isHere, refuseAdmin, refuseHost } from './guards.js'
import { API_HEADERS } from './headers.js'
import { ignoreUpgrade, wantsWebSocket } from './ignore-upgrade.js'
import { toJson } from './json.js'
import { DEFAULT_RATE, type RateLimit, RateLimiter } from './rate.js'
import { RoundsSockets } from './rounds-socket.js'
import { answerUnreadable } from './unreadable.js'

/** The largest honest body is one transaction of 64 KiB in JSON. */
const MAX_BODY_BYTES = 131_072

/** How the API is served. */
export interface ApiOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly admin: AdminRule
  /** Names in the Host header that are ours, besides addresses and localhost. */
  readonly hosts: readonly string[]
  readonly rate?: RateLimit
  /** Connections at once; more are answered with `CROWDED`. */
  readonly maxConnections?: number
  /** Block streams at once; more are answered with `STREAMS_FULL`. */
  readonly maxStreams?: number
  /** Folder of the console's built pages; without it `/` answers 404. */
  readonly consoleDir?: string | undefined
}

/** A running API. */
export interface Api {
  readonly host: string
  readonly port: number
  /** Answers a request that came in on another port of this process, with the same guards. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** The same for the line of a session. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Refuses new connections, ends streams and lines, resolves when all are gone. */
  close(): Promise<void>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly envelope?: boolean
  }
}

/** Guards that are the same for every path. */
interface Gate {
  readonly context: ApiContext
  readonly admin: AdminRule
  readonly names: ReadonlySet<string>
  readonly limiter: RateLimiter
  readonly crowd: Crowd
  readonly streams: StreamSlots
}

function refuseRate(gate: Gate, address: string): ConetError | undefined {
  const wait = gate.limiter.take(address, gate.context.now())
  if (wait === 0) return undefined
  const data = { retryAfterMs: wait }
  return new ConetError('RATE_LIMITED', `too many requests from this address; try again in ${wait} ms`, {
    verdict: 'retry',
    data,
  })
}

function failWith(context: ApiContext, error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { bodyLimit = MAX_BODY_BYTES, config } = request.routeOptions
  const ours = known(error as Parameters<typeof known>[0], { envelope: config.envelope === true, bodyLimit })
  if (ours === undefined) {
    context.log.error({ err: error, route: request.routeOptions.url }, 'a request failed by a defect')
    return reply.status(500).send(errorBody('INTERNAL', 'something failed inside the node; its log says what'))
  }
  if (typeof ours.data.retryAfterMs === 'number') reply.header('retry-after', Math.ceil(ours.data.retryAfterMs / 1_000))
  if (ours.code === 'CROWDED') reply.header('connection', 'close')
  if (ours.code === 'ADMIN_TOKEN') reply.header('www-authenticate', 'Bearer')
  return reply.status(statusOf(ours.code)).send(errorBody(ours.code, ours.message, ours.data))
}

/** What is refused before anyone looks at what is asked for. */
function refuseStranger({ crowd, names }: Gate, { socket, headers }: IncomingMessage): ConetError | undefined {
  return crowd.refuse(socket) ?? refuseHost(headers.host, names)
}

/** A path that the router cannot read reaches no route and no hook: guards, headers and form hold for it all the same. */
function failUnrouted(gate: Gate, error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(API_HEADERS)
  failWith(gate.context, refuseStranger(gate, request.raw) ?? error, request, reply)
}

function addHooks(app: FastifyInstance, gate: Gate): void {
  const { context } = gate
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(API_HEADERS)
    const refusal = refuseStranger(gate, request.raw)
    if (refusal !== undefined) throw refusal
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    context.metrics.http(request.method, route, reply.statusCode, reply.elapsedTime / 1_000)
    context.log.debug({ method: request.method, route, status: reply.statusCode, ms: reply.elapsedTime }, 'answered')
  })
  app.setErrorHandler((error, request, reply) => failWith(context, error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const error = apiError('NOT_FOUND', 'there is nothing at this path; see /openapi.json', {
      path: request.url.slice(0, 200),
    })
    return reply.status(404).send(errorBody(error.code, error.message, error.data))
  })
  // Never by the stated form, which would drop what it does not name: amounts are text in every answer.
  app.setSerializerCompiler(() => toJson)
  app.setReplySerializer(toJson)
}

/** The forms of an endpoint as Fastify wants them: at once validator and OpenAPI. */
export function schemaOf(endpoint: Endpoint) {
  const { summary, params, query, body, bodyShown, answer, answerStatus = 200, refusals, admin } = endpoint
  return {
    summary,
    ...(params && { params }),
    ...(query && { querystring: defaultsOptional(query) }),
    ...(body && { body }),
    ...(bodyShown && { bodyShown: defaultsOptional(bodyShown) }),
    ...(admin && { security: [{ admin: [] }] }),
    response: { [answerStatus]: answer, '4xx': ErrorAnswer, '5xx': ErrorAnswer, ...refusals },
  }
}

/** Whether the body carries one signed envelope: then a body that is too large is an envelope that is. */
function takesEnvelope({ body }: Endpoint): boolean {
  const members = Object.values((body?.properties ?? {}) as Record<string, { contentMediaType?: unknown }>)
  return members.some(member => member.contentMediaType === ENVELOPE_TYPE)
}

function addEndpoint(app: FastifyInstance, gate: Gate, endpoint: Endpoint): void {
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    schema: schemaOf(endpoint),
    config: { envelope: takesEnvelope(endpoint) },
    bodyLimit: endpoint.maxBodyBytes ?? MAX_BODY_BYTES,
    // Before the body is read: a stranger's body is not worth parsing.
    onRequest: async request => {
      const refusal = endpoint.admin
        ? refuseAdmin(gate.admin, request.headers.authorization, isHere(request.socket))
        : endpoint.expensive
          ? refuseRate(gate, request.ip)
          : undefined
      if (refusal !== undefined) throw refusal
    },
    preValidation: async ({ body }) => {
      const name = otherThanText(endpoint.body, body)
      if (name === undefined) return
      throw apiError('REQUEST_INVALID', `body/${name}: must be string; correct it`, { path: `body/${name}` })
    },
    handler: async (request, reply) => {
      if (endpoint.stream) reply.raw.once('close', gate.streams.take(request.ip))
      const { params, query, body } = request
      return endpoint.handle(gate.context, { params, query, body, request, reply } as never)
    },
  })
}

/** A body is shown by the form that the room behind it has, if it checks by a wider one here. */
const shown: NonNullable<FastifyDynamicSwaggerOptions['transform']> = ({ schema, url }) => {
  const { bodyShown, ...rest } = schema as FastifySchema & { readonly bodyShown?: unknown }
  return { url, schema: bodyShown === undefined ? rest : { ...rest, body: bodyShown } }
}

export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    transform: shown,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Conet node',
        version,
        description: 'Amounts and byte counts are decimal text; moments are Unix milliseconds.',
      },
      components: { securitySchemes: { admin: { type: 'http', scheme: 'bearer' } } },
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

function addRounds(server: Server, gate: Gate): RoundsSockets {
  const sockets = new RoundsSockets({
    provider: gate.context.provider,
    refuse: request => refuseStranger(gate, request) ?? refuseRate(gate, request.socket.remoteAddress ?? ''),
  })
  server.on('upgrade', (request, socket, head) => {
    if (wantsWebSocket(request)) sockets.upgrade(request, socket, head)
    else ignoreUpgrade(server, request, socket, head)
  })
  return sockets
}

/** @param onUnreadable - answers what the router itself cannot read */
export function newApp(onUnreadable?: FastifyServerOptions['frameworkErrors']): FastifyInstance {
  const app = Fastify({
    ...(onUnreadable && { frameworkErrors: onUnreadable }),
    clientErrorHandler: answerUnreadable,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 1_024, ignoreTrailingSlash: false },
    // Slow headers hold a connection; a stream or a line has sent its own long before.
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    // With strict numbers the text "Infinity" would become a number that no bound is asked about.
    ajv: { customOptions: { coerceTypes: true, removeAdditional: false, allErrors: false, strictNumbers: false } },
    return503OnClosing: true,
  })
  // Fastify reads it by itself; every body here is JSON.
  app.removeContentTypeParser('text/plain')
  return app
}

async function listen(app: FastifyInstance, { host, port }: ApiOptions): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    await app.close()
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `the API cannot listen on ${host}:${port}: ${why}; choose another api.host or api.port (CONET_API_HOST, CONET_API_PORT)`
    throw new ConetError('LISTEN_FAILED', message, { verdict: 'retry', data: { host, port }, cause })
  }
}

/**
 * Starts the API. Every path of `endpoints/index.ts` is served with the same guards, forms and errors.
 *
 * @throws ConetError `LISTEN_FAILED` if the address is taken or not of this machine
 */
export async function startApi(context: ApiContext, options: ApiOptions): Promise<Api> {
  const app = newApp((error, request, reply) => failUnrouted(gate, error, request, reply))
  const names = new Set(options.hosts.map(name => name.toLowerCase()))
  const { admin, rate = DEFAULT_RATE, maxConnections = MAX_CONNECTIONS, maxStreams = MAX_STREAMS } = options
  const crowd = new Crowd(app.server, maxConnections)
  const streams = new StreamSlots(maxStreams)
  const gate: Gate = { context, admin, names, limiter: new RateLimiter(rate), crowd, streams }
  addHooks(app, gate)
  await addOpenApi(app, context.version)
  for (const endpoint of ENDPOINTS) addEndpoint(app, gate, endpoint)
  if (options.consoleDir !== undefined) await serveConsole(app, options.consoleDir)
  const sockets = addRounds(app.server, gate)
  await listen(app, options)
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return {
    host: options.host,
    port,
    handle: (request, response) => app.routing(request, response),
    upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
    close: async () => {
      sockets.close()
      await app.close()
    },
  }
}
