import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ConetError } from '@conet/core/errors'
import { Value } from '@sinclair/typebox/value'
import { replaceFile } from '../keys/index.js'
import { type Policy, PolicySchema } from './schema.js'

/**
 * Fills the defaults of a policy and checks its form.
 *
 * @throws ConetError `POLICY_INVALID` naming the member
 */
export function parsePolicy(input: unknown): Policy {
  const policy = Value.Default(PolicySchema, structuredClone(input ?? {}))
  const error = Value.Errors(PolicySchema, policy).First()
  if (error === undefined) return policy as Policy
  const path = error.path === '' ? 'the policy' : error.path.slice(1).replaceAll('/', '.')
  throw new ConetError('POLICY_INVALID', `policy, ${path}: ${error.message.toLowerCase()}; correct or remove it`, {
    data: { path },
  })
}

function readStored(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ENOENT') return undefined
    const message = `the stored policy ${path} cannot be read; correct it, or remove it to start from the configuration`
    throw new ConetError('POLICY_STORAGE', message, { data: { path }, cause })
  }
}

/** The owner's policy in force: read at start, replaced by the owner, applied to the next request at once. */
export class PolicyStore {
  readonly #path: string
  readonly #listeners = new Set<(policy: Policy) => void>()
  readonly #check: (policy: Policy) => void
  #policy: Policy
  /** Where the stored policy is if it won over another one at the start, which nobody would notice otherwise. */
  readonly winner: string | undefined

  /**
   * @param dataDir - folder of `policy.json`; what the owner stored there wins over `initial`
   * @param check - throws `POLICY_INVALID` for what the owner's offers cannot bear; not asked about what is stored, because a
   *   node must start and sell the rest
   * @throws ConetError `POLICY_INVALID`, `POLICY_STORAGE`
   */
  constructor(dataDir: string, initial?: unknown, check: (policy: Policy) => void = () => undefined) {
    this.#check = check
    this.#path = join(dataDir, 'policy.json')
    const stored = readStored(this.#path)
    this.#policy = parsePolicy(stored ?? initial)
    const wanted = parsePolicy(initial)
    const said = !isDeepStrictEqual(wanted, parsePolicy(undefined))
    const differs = stored !== undefined && said && !isDeepStrictEqual(this.#policy, wanted)
    this.winner = differs ? this.#path : undefined
  }

  get(): Policy {
    return this.#policy
  }

  /**
   * Replaces the whole policy: durable first, then in force.
   *
   * @throws ConetError `POLICY_INVALID` (nothing changed), `POLICY_STORAGE` (retry)
   */
  put(input: unknown): Policy {
    const policy = parsePolicy(input)
    this.#check(policy)
    try {
      replaceFile(this.#path, `${JSON.stringify(policy, undefined, 2)}\n`)
    } catch (cause) {
      throw new ConetError(
        'POLICY_STORAGE',
        `the policy could not be stored at ${this.#path}; free disk space and try again`,
        {
          verdict: 'retry',
          cause,
        },
      )
    }
    this.#policy = policy
    for (const listener of this.#listeners) listener(policy)
    return policy
  }

  /** @returns a function that removes the listener */
  onChange(listener: (policy: Policy) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
