import { Type } from '@sinclair/typebox'
import { PolicySchema } from '../../policy/index.js'
import { endpoint } from '../endpoint.js'

/** Ten thousand DIDs of 100 characters in each of two lists, twice over. */
const MAX_BYTES = 4 * 2 ** 20

/** PUT /v1/policy: replaces the owner's rules; they hold from the next request on. */
export const putPolicy = endpoint({
  method: 'PUT',
  path: '/v1/policy',
  summary: 'Replaces the owner’s policy; answers when it is durable and in force',
  admin: true,
  maxBodyBytes: MAX_BYTES,
  // Only that it is an object: the policy's own room checks it and names what is wrong (POLICY_INVALID).
  body: Type.Object({}, { additionalProperties: true }),
  bodyShown: PolicySchema,
  answer: PolicySchema,
  handle: ({ policy }, { body }) => policy.put(body),
})
