import type { GrantPayload } from '@conet/core/rounds'

/** From this member on a voucher changes from round to round. No member before it can hold a quote. */
const CHANGES_FROM = '"round":'

/** What all vouchers of a session begin with: their header, and their members up to the round. */
export interface Beginning {
  readonly kid: string
  readonly grant: Pick<GrantPayload, 'lid' | 'sid' | 'client' | 'provider'> & {
    readonly terms: { readonly tariff: { readonly asset: string } }
  }
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
 * The whole text again, from the short form and an older voucher of the same session, whatever the order of its members. Whether
 * it is what the client signed is for the signature to say.
 *
 * @param before - checked when it was stored
 * @returns `undefined` without an older voucher
 */
export function lengthen(short: string, before: string | undefined): string | undefined {
  return before === undefined ? undefined : whole(beginningOf(before), short)
}

function beginningOf(voucher: string): Beginning {
  const [header, payload] = voucher.split('.', 2).map(part => JSON.parse(Buffer.from(part, 'base64url').toString()))
  const { lid, sid, client, provider, asset } = payload
  return { kid: header.kid, grant: { lid, sid, client, provider, terms: { tariff: { asset } } } }
}
