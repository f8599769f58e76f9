import type { Static, TSchema } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiContext } from './context.js'

/** Parts of a request whose form an endpoint states. */
interface Forms<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly params?: P
  readonly query?: Q
  readonly body?: B
}

/** What the handler gets: checked parts, and the raw request and reply for streams. */
export interface Call<P, Q, B> {
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

interface Common {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  /** One line for people, shown in the OpenAPI document. */
  readonly summary: string
  /** Needs the admin token. */
  readonly admin?: boolean
  /** Costs a signature check or more and is open to anyone: counted per address. */
  readonly expensive?: boolean
  /** Form of a body that the room behind checks, naming what is wrong: for the OpenAPI document, in place of `body`. */
  readonly bodyShown?: TSchema
  /** Largest body, if not the common one. */
  readonly maxBodyBytes?: number
  /** Answers with a stream that stays open: how many there are is limited. */
  readonly stream?: boolean
  /** Form of the answer, or forms by media type under `content`: for the OpenAPI document only, nothing is written by it. */
  readonly answer: TSchema | object
  /** Status of an answer that is no refusal, if not 200. */
  readonly answerStatus?: 101 | 201
  /** Forms of refusals that are not the common one, by status; by media type under `content`. */
  readonly refusals?: Readonly<Record<number, object>>
}

/** One path of the API, ready to be registered. */
export interface Endpoint extends Common, Forms<TSchema, TSchema, TSchema> {
  readonly handle: (context: ApiContext, call: Call<never, never, never>) => unknown
}

/** Declares an endpoint: the forms are at once validator, types of the handler, and OpenAPI. */
export function endpoint<P extends TSchema, Q extends TSchema, B extends TSchema>(
  declared: Common &
    Forms<P, Q, B> & { readonly handle: (context: ApiContext, call: Call<Static<P>, Static<Q>, Static<B>>) => unknown },
): Endpoint {
  return declared as unknown as Endpoint
}
