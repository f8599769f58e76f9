/** A long identifier with its middle left out: enough to compare by eye, the whole is in the title and the copy button. */
export function shortId(text: string, head = 16, tail = 6): string {
  return text.length <= head + tail + 1 ? text : `${text.slice(0, head)}…${text.slice(-tail)}`
}

/** `did:<method>:<specific>` as the wire accepts it; the node checks the rest. */
export function looksLikeDid(text: string): boolean {
  return /^did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,200}$/.test(text)
}

/** `1 round`, `2 rounds`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString('en')} ${value === 1 ? one : many}`
}

/** `accounts/transferred` as people say it: `Transferred`. */
export function eventWords(type: string): string {
  const words = (type.split('/')[1] ?? type).replace(/[-_]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
