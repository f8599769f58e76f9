import { Type } from '@sinclair/typebox'
import { endpoint } from '../endpoint.js'

/** PUT /v1/policy: replaces the owner's rules; they hold from the next request on. */
export const putPolicy = endpoint({
  method: 'PUT',
  path: '/v1/policy',
  summary: 'Replaces the owner’s policy; answers when it is durable and in force',
  admin: true,
  // Only that it is an object: the policy's own room checks it and names what is wrong (POLICY_INVALID).
  body: Type.Object({}, { additionalProperties: true }),
  handle: ({ policy }, { body }) => policy.put(body),
})
