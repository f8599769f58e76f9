import { formatCredits } from '@conet/console/format/amount'
import { formatBytes } from '@conet/console/format/bytes'
import { count } from '@conet/console/format/text'
import { Panel } from '@conet/console/parts/Panel'
import type { PayView } from '../pay/view.js'
import { endingWords } from '../words/ending.js'

/** How the session ended and what it cost. */
export function EndedPanel({ view, onDismiss }: { readonly view: PayView; readonly onDismiss: () => void }) {
  const { ending, offer, bytes } = view
  if (ending === undefined) return null
  const paid = `${formatCredits(ending.paid)} ${offer?.terms.tariff.asset ?? ''}`
  return (
    <Panel title="You are offline">
      <div className="space-y-4 px-4 py-4 md:px-5">
        <p className="font-medium text-lg">{endingWords(ending.reason)}</p>
        <p data-ending={ending.reason}>
          It cost {paid} in {count(ending.rounds, 'round')}, for {formatBytes(bytes)}. Nothing more can be taken.
        </p>
        <button type="button" className="button button-main w-full" onClick={onDismiss}>
          Get online again
        </button>
      </div>
    </Panel>
  )
}
