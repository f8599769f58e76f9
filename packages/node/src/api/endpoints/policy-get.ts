import { PolicySchema } from '../../policy/index.js'
import { endpoint } from '../endpoint.js'

/** GET /v1/policy: the owner's rules in force. */
export const getPolicy = endpoint({
  method: 'GET',
  path: '/v1/policy',
  summary: 'The owner’s policy in force',
  admin: true,
  answer: PolicySchema,
  handle: ({ policy }) => policy.get(),
})
