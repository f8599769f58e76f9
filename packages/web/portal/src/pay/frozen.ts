/** A bigint in JSON; nothing else of ours is an object with this one member. */
const TAG = '$n'

/** JSON that keeps bigints. */
export function freeze(value: unknown): string {
  return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? { [TAG]: part.toString() } : part))
}

/** Reads `freeze`. @returns `undefined` for anything else */
export function thaw(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '', (_key, part: unknown) => {
      const tagged = (part as Record<string, unknown> | null)?.[TAG]
      return typeof tagged === 'string' ? BigInt(tagged) : part
    })
  } catch {
    return undefined
  }
}
