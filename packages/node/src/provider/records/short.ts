import type { GrantPayload } from '@conet/core/rounds'

/** From this member on a voucher changes from round to round. No member before it can hold a quote. */
const CHANGES_FROM = '"round":'

/** What all vouchers of a session begin with: their header, and their members up to the round. */
export interface Beginning {
  readonly kid: string
  readonly grant: Pick<GrantPayload, 'lid' | 'sid' | 'client' | 'provider' | 'terms'>
}

/** The header of a session's vouchers, in base64url. */
export function headOf(kid: string): string {
  return Buffer.from(`{"alg":"EdDSA","typ":"conet-voucher+jwt","kid":"${kid}"}`).toString('base64url')
}

/** The payload of a session's vouchers up to the round, in the order of members that our clients write. */
export function bodyStart({ lid, sid, client, provider, terms }: Beginning['grant']): string {
  return `{"lid":"${lid}","sid":"${sid}","client":"${client}","provider":"${provider}","asset":"${terms.tariff.asset}",`
}

/**
 * The short form of a voucher: what changes from round to round, and the signature. A quarter of the text, which is kept and
 * written for every round of every session.
 *
 * @param json - payload of a voucher that begins as `bodyStart` says
 * @returns a text of its own: a part of another one would keep all of it in memory
 */
export function shorten(json: string, signature: string): string {
  return Buffer.from(`${json.slice(json.indexOf(CHANGES_FROM))}${signature}`, 'latin1').toString('latin1')
}

/** The text that the client signed: from the short form, or the text itself if it is whole. */
export function whole({ kid, grant }: Beginning, text: string): string {
  if (!text.startsWith(CHANGES_FROM)) return text
  const end = text.lastIndexOf('}') + 1
  const payload = Buffer.from(bodyStart(grant) + text.slice(0, end), 'latin1').toString('base64url')
  return `${headOf(kid)}.${payload}.${text.slice(end)}`
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

function parts(text: string): { header: string; json: string } {
  const [header = '', payload = ''] = text.split('.')
  return { header, json: Buffer.from(payload, 'base64url').toString('latin1') }
}
