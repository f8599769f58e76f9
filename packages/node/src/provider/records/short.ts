import { didKeyUrl } from '@conet/core/identity'
import type { GrantPayload, SessionId } from '@conet/core/rounds'

/** From this member on a voucher changes from round to round. No member before it can hold a quote. */
const CHANGES_FROM = '"round":'

/** Between the parts of a condensed voucher: no identifier and no base64url holds one. */
const SEPARATOR = ' '

/** What all vouchers of a session begin with: their header, and their members up to the round. */
export interface Beginning {
  readonly kid: string
  readonly grant: Pick<GrantPayload, 'lid' | 'sid' | 'client' | 'provider'> & {
    readonly terms: { readonly tariff: { readonly asset: string } }
  }
}

/** The header of a session's vouchers. */
export function headText(kid: string): string {
  return `{"alg":"EdDSA","typ":"conet-voucher+jwt","kid":"${kid}"}`
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
  return `${Buffer.from(headText(kid)).toString('base64url')}.${payload}.${text.slice(end)}`
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

/**
 * A voucher as it lies in the store: its short form behind what only the client could say of its beginning. Less than half of the
 * text, of which one is kept for every session, and the pages of the store count as memory of the process.
 *
 * @returns the text itself where its members are not in the order that our clients write
 */
export function condense(sid: SessionId, text: string): string {
  const [, payload, signature] = text.split('.', 3)
  if (payload === undefined || signature === undefined) return text
  const { kid, grant } = beginningOf(text)
  const signer = kid === didKeyUrl(grant.client) ? grant.client : kid
  const short = shorten(Buffer.from(payload, 'base64url').toString('latin1'), signature)
  const condensed = [signer, grant.lid, grant.provider, grant.terms.tariff.asset, short].join(SEPARATOR)
  return expand(sid, condensed) === text ? condensed : text
}

/** The text that `condense` was given. */
export function expand(sid: SessionId, stored: string): string {
  const [signer = '', lid = '', provider = '', asset = '', short] = stored.split(SEPARATOR)
  if (short === undefined) return stored
  const [client = '', fragment] = signer.split('#')
  const kid = fragment === undefined ? didKeyUrl(client) : signer
  return whole({ kid, grant: { lid, sid, client, provider, terms: { tariff: { asset } } } }, short)
}

function beginningOf(voucher: string): Beginning {
  const [header, payload] = voucher.split('.', 2).map(part => JSON.parse(Buffer.from(part, 'base64url').toString()))
  const { lid, sid, client, provider, asset } = payload
  return { kid: header.kid, grant: { lid, sid, client, provider, terms: { tariff: { asset } } } }
}
