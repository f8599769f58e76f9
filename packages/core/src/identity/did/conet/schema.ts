import { closed, DidText, HashText, parser, Type } from '../../../wire/index.js'

/** Enough for a person's devices or an operator's signing machines; the document stays below 4 KB. */
const MAX_KEYS = 8
const MAX_SERVICES = 8

const KeyText = Type.String({ pattern: '^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$' })
const VersionInt = Type.Integer({ minimum: 2, maximum: 1_000_000 })
const Keys = Type.Array(KeyText, { minItems: 1, maxItems: MAX_KEYS })
const Next = Type.Array(HashText, { maxItems: MAX_KEYS })

const ServiceShape = closed({
  id: Type.String({ pattern: '^[A-Za-z0-9._-]{1,32}$' }),
  type: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{0,63}$' }),
  serviceEndpoint: Type.String({ pattern: '^(https?|wss?)://[!-~]{1,240}$' }),
})
const Services = Type.Array(ServiceShape, { maxItems: MAX_SERVICES })

/** Reads the body of each operation; refusals carry `PAYLOAD_MALFORMED` and `data.path`. */
export const parseInception = parser(
  closed({ keys: Keys, next: Next, services: Services, controller: Type.Optional(DidText) }),
)
export const parseRotation = parser(closed({ did: DidText, version: VersionInt, keys: Keys, next: Next }))
export const parseRevocation = parser(closed({ did: DidText, version: VersionInt, key: KeyText }))
export const parseUpdate = parser(
  closed({ did: DidText, version: VersionInt, services: Services, controller: Type.Optional(DidText) }),
)
export const parseDeactivation = parser(closed({ did: DidText, version: VersionInt }))
