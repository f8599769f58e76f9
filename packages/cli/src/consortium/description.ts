import { readFileSync } from 'node:fs'
import { ConetError } from '@conet/core/errors'

/** What the founders exchange: who a node is, and with which key it would order. */
export interface Description {
  readonly kind: 'conet-node'
  readonly lid: string
  readonly name: string
  /** DID of the owner. */
  readonly owner: string
  /** Hex of the engine's key; left out by a member that does not order. */
  readonly publicKey?: string
  readonly power?: number
  /** `<node id>@host:port`, as the engine's peers name it. */
  readonly peer?: string
}

/**
 * Reads a description.
 *
 * @throws ConetError `DESCRIPTION_MALFORMED`; what the members mean is checked with the genesis
 */
export function readDescription(path: string): Description {
  const value = readJson(path, 'DESCRIPTION_MALFORMED') as Partial<Description>
  const { lid, name, owner, publicKey, power, peer } = value
  const texts = [lid, name, owner].every(text => typeof text === 'string' && text.length <= 200)
  const orders = publicKey === undefined || (typeof publicKey === 'string' && typeof power === 'number')
  const reachable = peer === undefined || (typeof peer === 'string' && /^[0-9a-f]{40}@[^@,\s]+:[0-9]{1,5}$/.test(peer))
  if (value.kind === 'conet-node' && texts && orders && reachable) return value as Description
  throw new ConetError(
    'DESCRIPTION_MALFORMED',
    `${path} is no description of a node: make it with "conet consortium describe"`,
    {
      data: { path },
    },
  )
}

/** Reads a JSON object. @throws ConetError `code` */
export function readJson(path: string, code: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (cause) {
    const message = `${path} cannot be read: ${(cause as Error).message}; check path and permissions, or ask for the file again`
    throw new ConetError(code, message, { data: { path }, cause })
  }
  throw new ConetError(code, `${path} holds no JSON object: is it the right file?`, { data: { path } })
}
