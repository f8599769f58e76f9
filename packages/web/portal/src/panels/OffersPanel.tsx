import type { Offer } from '@conet/client/api'
import { Panel } from '@conet/console/parts/Panel'
import type { Polled } from '../hooks/polled.js'
import { Alert } from '../parts/Alert.js'
import { exampleWords, priceWords, trialWords, trustWords } from '../words/offer.js'

interface Props {
  readonly offers: Polled<readonly Offer[]>
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
}

function Choice({
  offer,
  checked,
  onChoose,
}: {
  readonly offer: Offer
  readonly checked: boolean
  readonly onChoose: () => void
}) {
  const edge = checked ? 'border-accent bg-accent-soft' : 'border-line'
  return (
    <label className={`flex cursor-pointer gap-3 rounded-md border px-3 py-3 ${edge}`}>
      <input type="radio" name="offer" className="mt-1.5 size-4 flex-none" checked={checked} onChange={onChoose} />
      <span className="min-w-0">
        <span className="block font-semibold">{offer.name}</span>
        <span className="block">{priceWords(offer)}</span>
        <span className="mt-1 block text-sm">{exampleWords(offer)}</span>
        <span className="mt-1 block text-sm">{trialWords(offer)}</span>
        <span className="mt-1 block text-sm">{trustWords(offer)}</span>
      </span>
    </label>
  )
}

/** What this network offers; one is chosen. */
export function OffersPanel({ offers: { data, problem, again }, chosen, onChoose }: Props) {
  return (
    <Panel title="What it costs">
      <div className="space-y-3 px-4 py-4 md:px-5">
        {problem !== undefined && <Alert problem={problem} retry={again} />}
        {data === undefined && problem === undefined && <p aria-busy="true">Reading the offers…</p>}
        {data?.length === 0 && <p>The owner offers nothing at the moment. This page looks again by itself.</p>}
        {data !== undefined && data.length > 0 && (
          <fieldset className="space-y-3">
            <legend className="sr-only">Offers of this network</legend>
            {data.map(offer => (
              <Choice key={offer.id} offer={offer} checked={offer.id === chosen} onChoose={() => onChoose(offer.id)} />
            ))}
          </fieldset>
        )}
      </div>
    </Panel>
  )
}
