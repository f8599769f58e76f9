import { useMemo, useState } from 'react'
import type { Query } from '../api/client.js'
import type { OfferView } from '../api/types.js'
import { parseCredits } from '../format/amount.js'
import { distanceM, formatDistance, type Place, parsePlace } from '../format/geo.js'
import { count } from '../format/text.js'
import { usePages } from '../hooks/pages.js'
import { useOffers } from '../hooks/queries.js'
import { useThrottled } from '../hooks/throttled.js'
import { Credits } from '../parts/Credits.js'
import { Who } from '../parts/Identifier.js'
import { Empty, Loaded } from '../parts/Notice.js'
import { Pager } from '../parts/Pager.js'
import { Panel } from '../parts/Panel.js'
import { type Column, Table } from '../parts/Table.js'
import { NO_FILTER, OfferFilters, type OfferForm } from './OfferFilters.js'

/** What the node is asked: only what is filled in and well formed. */
function toQuery(form: OfferForm): Query {
  const price = (text: string) => {
    const parsed = parseCredits(text)
    return 'micro' in parsed ? String(parsed.micro) : undefined
  }
  const place = parsePlace(form.place)
  return {
    type: form.type,
    slice: form.slice.trim(),
    maxPerGiB: price(form.maxPerGiB),
    maxPerHour: price(form.maxPerHour),
    lat: place?.lat,
    lon: place?.lon,
    sort: form.sort === 'distance' && place === undefined ? 'price' : form.sort,
  }
}

function Quality({ quality }: { readonly quality: OfferView['quality'] }) {
  if (quality.sessions === 0) return <span className="text-muted">No sessions yet</span>
  return <span className="whitespace-nowrap">{count(quality.sessions, 'session')}</span>
}

function columns(place: Place | undefined): readonly Column<OfferView>[] {
  return [
    { head: 'Offer', names: true, cell: o => <Who name={`${o.name}, ${o.providerName}`} did={o.provider} /> },
    { head: 'Network', cell: o => o.networkType },
    { head: 'Per GiB', numeric: true, cell: o => <Credits micro={o.terms.tariff.perGiB} aligned /> },
    { head: 'Per hour', numeric: true, cell: o => <Credits micro={o.terms.tariff.perHour} aligned /> },
    { head: 'Trust', cell: o => <Quality quality={o.quality} /> },
    { head: 'Slice', cell: o => o.slice ?? '–' },
    { head: 'Relays', numeric: true, cell: o => (o.hops === 0 ? 'Direct' : o.hops) },
    {
      head: 'Distance',
      numeric: true,
      cell: o => (place === undefined || o.area === null ? '–' : formatDistance(distanceM(place, o.area))),
    },
  ]
}

function matches(offer: OfferView, text: string): boolean {
  const words = text.trim().toLowerCase()
  return [offer.name, offer.providerName, offer.provider, offer.id].some(field => field.toLowerCase().includes(words))
}

const NOTE = 'Prices in credits. Trust: sessions that the ledger settled.'

/** Offers that this node knows, with search; the node pages them. */
export function OffersPanel() {
  const [form, setForm] = useState(NO_FILTER)
  const asked = useThrottled(form, 400)
  const pages = usePages()
  const query = useOffers(
    useMemo(() => toQuery(asked), [asked]),
    pages.cursor,
  )
  const change = (next: OfferForm) => {
    setForm(next)
    pages.first()
  }
  return (
    <Panel title="Offers nearby" note={NOTE}>
      <OfferFilters form={form} onChange={change} />
      <Loaded query={query}>
        {page => {
          const rows = page.items.filter(offer => matches(offer, asked.find))
          return (
            <>
              {rows.length === 0 ? (
                <Empty title={page.items.length === 0 ? 'No offers match' : 'Nothing on this page has that name'}>
                  {page.next === null
                    ? 'Widen the price, slice or place, or clear the search. Offers of other owners appear when they publish them on the ledger.'
                    : 'Look at the next page, or clear the search.'}
                </Empty>
              ) : (
                <Table
                  caption="Offers of networks nearby"
                  columns={columns(parsePlace(asked.place))}
                  rows={rows}
                  rowKey={offer => offer.id}
                />
              )}
              <Pager pages={pages} next={page.next} of="offers" />
            </>
          )
        }}
      </Loaded>
    </Panel>
  )
}
