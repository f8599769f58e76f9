import { SimError } from '../codes.js'

/** Reads one untrusted value; throws with its path. */
export type Reader<T> = (value: unknown, path: string) => T

type Raw = Readonly<Record<string, unknown>>

export function malformed(path: string, expected: string): SimError {
  return new SimError('SCENARIO_MALFORMED', `${path || 'the scenario'} must be ${expected}.`, { path })
}

export function outOfRange(path: string, value: number, min: number, max: number): SimError {
  return new SimError('OUT_OF_RANGE', `${path} is ${value}: allowed is ${min} to ${max}.`, { path, value, min, max })
}

/** A number in a closed interval. */
export function number(min: number, max: number): Reader<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed(path, `a number from ${min} to ${max}`)
    if (value < min || value > max) throw outOfRange(path, value, min, max)
    return value
  }
}

/** A whole number in a closed interval. */
export function whole(min: number, max: number): Reader<number> {
  const inner = number(min, max)
  return (value, path) => {
    const read = inner(value, path)
    if (!Number.isInteger(read)) throw malformed(path, 'a whole number')
    return read
  }
}

export function text(pattern: RegExp, expected: string): Reader<string> {
  return (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw malformed(path, expected)
    return value
  }
}

export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw malformed(path, 'true or false')
  return value
}

export function oneOf<const T extends string | number>(...allowed: readonly T[]): Reader<T> {
  return (value, path) => {
    const found = allowed.find(candidate => candidate === value)
    if (found === undefined) throw malformed(path, `one of ${allowed.join(', ')}`)
    return found
  }
}

export function list<T>(item: Reader<T>, min: number, max: number): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      throw malformed(path, `a list of ${min} to ${max} entries`)
    }
    return value.map((entry, i) => item(entry, `${path}/${i}`))
  }
}

/** Left out means `otherwise`. */
export function optional<T>(inner: Reader<T>, otherwise: T): Reader<T> {
  return (value, path) => (value === undefined || value === null ? otherwise : inner(value, path))
}

export function record(value: unknown, path: string): Raw {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Raw
  throw malformed(path, 'an object')
}

/** An object with exactly these members; an unknown one is an error, so that a misspelt option is never ignored. */
export function object<T>(shape: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> {
  return (value, path) => {
    const raw = record(value, path)
    for (const name of Object.keys(raw)) {
      if (!Object.hasOwn(shape, name)) {
        throw malformed(join(path, name), `left out: known are ${Object.keys(shape).join(', ')}`)
      }
    }
    const entries = (Object.keys(shape) as (keyof T & string)[]).map(name => {
      return [name, shape[name](raw[name], join(path, name))] as const
    })
    return Object.fromEntries(entries) as T
  }
}

/** An object whose member `kind` chooses its shape. */
export function variant<T extends { readonly kind: string }>(
  shapes: {
    readonly [K in T['kind']]: Reader<Extract<T, { kind: K }>>
  },
): Reader<T> {
  const kinds = Object.keys(shapes) as T['kind'][]
  return (value, path) => {
    const kind = oneOf(...kinds)(record(value, path).kind, join(path, 'kind')) as T['kind']
    return shapes[kind](value, path) as T
  }
}

export function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`
}
