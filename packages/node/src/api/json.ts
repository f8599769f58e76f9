/** JSON in which amounts and byte counts are decimal text, as everywhere on the wire. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? member.toString() : member))
}
