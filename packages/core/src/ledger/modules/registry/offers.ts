import { type Accepted, ok, type Rejection, type Result, reject } from '../../../errors/index.js'
import type { Did } from '../../../units/index.js'
import { type BodyOf, body } from '../../fields.js'
import { Board } from './board.js'
import type { RegistryNeeds } from './needs.js'
import { registryParams } from './params.js'
import { nextVersion, offerShape, recordId } from './shapes.js'
import type { Offer, OfferContent } from './types.js'

/** All live offers. */
export const offers = new Board<Offer>({
  name: 'offer',
  ownerOf: offer => offer.provider,
  unknown: 'OFFER_UNKNOWN',
  full: 'OFFERS_FULL',
  limit: store => registryParams.read(store).maxOffersPerOwner,
})

/** The record of an offer; members in stored order. */
export function offerRecord(id: string, version: number, provider: Did, content: OfferContent): Offer {
  const { type, name, terms, area, slice, dataNetworks, hops, node, expiresAt } = content
  return { id, version, provider, type, name, terms, area, slice, dataNetworks, hops, node, expiresAt }
}

const readNew = body(offerShape)
const readUpdate = body({ id: recordId, version: nextVersion, ...offerShape })

type Raw = Readonly<Record<string, unknown>>
type UpdateForm = BodyOf<typeof offerShape> & { readonly id: string; readonly version: number }

/** Reads an offer's content, its terms as the service type keeps them. */
export function offerParser(needs: RegistryNeeds): (raw: Raw) => Result<OfferContent> {
  return raw => {
    const form = readNew(raw)
    return form.ok ? withTerms(needs, form.value) : form
  }
}

/** Same for a new version. */
export function offerUpdateParser(needs: RegistryNeeds): (raw: Raw) => Result<UpdateForm> {
  return raw => {
    const form = readUpdate(raw)
    return form.ok ? withTerms(needs, form.value) : form
  }
}

function withTerms<F extends OfferContent>(needs: RegistryNeeds, form: F): Accepted<F> | Rejection {
  const terms = needs.checkTerms(form.type, form.terms)
  if (!terms.ok) return reject('TERMS_REFUSED', { ...terms.data, why: terms.code })
  return ok({ ...form, terms: terms.value })
}
