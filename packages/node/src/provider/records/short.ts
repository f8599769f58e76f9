/** From this member on a voucher changes from round to round. No member before it can hold a quote. */
const CHANGES_FROM = '"round":'

/**
 * The short form of a voucher: what changes from round to round, and the signature. A quarter of the text, which is written for
 * every round of every session.
 *
 * @param text - a voucher in the order of members that our clients write (`readExpected`)
 */
export function shorten(text: string): string {
  const { json, signature } = parts(text)
  return `${json.slice(json.indexOf(CHANGES_FROM))}${signature}`
}

/**
 * The whole text again, from the short form and an older voucher of the same session. Whether it is what the client signed is
 * for the signature to say.
 *
 * @returns `undefined` without an older voucher
 */
export function lengthen(short: string, before: string | undefined): string | undefined {
  if (before === undefined) return undefined
  const { header, json } = parts(before)
  const end = short.lastIndexOf('}') + 1
  const payload = json.slice(0, json.indexOf(CHANGES_FROM)) + short.slice(0, end)
  return `${header}.${Buffer.from(payload, 'latin1').toString('base64url')}.${short.slice(end)}`
}

function parts(text: string): { header: string; json: string; signature: string } {
  const [header = '', payload = '', signature = ''] = text.split('.')
  return { header, json: Buffer.from(payload, 'base64url').toString('latin1'), signature }
}
