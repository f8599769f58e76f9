import { formatCredits } from '@conet/console/format/amount'
import { formatBytes } from '@conet/console/format/bytes'
import { formatDuration, formatLeft } from '@conet/console/format/time'
import { useNow } from '@conet/console/hooks/now'
import { Panel } from '@conet/console/parts/Panel'
import { Stat } from '@conet/console/parts/Stat'
import { Alert } from '../parts/Alert.js'
import type { PayView } from '../pay/view.js'
import { ProxyPanel } from './ProxyPanel.js'

const SILENT = {
  code: 'GATEWAY_SILENT',
  message: 'The gateway does not answer. The page tries again; nothing is paid meanwhile.',
}

/** How much of the hour's budget is used: a bar, and the same in words. */
function BudgetBar({ view }: { readonly view: PayView }) {
  const most = view.limits?.perHour ?? 0n
  const share = most === 0n ? 0 : Number((view.lastHour * 1_000n) / most) / 1_000
  const words = `${formatCredits(view.lastHour)} of ${formatCredits(most)} of this hour’s budget`
  return (
    <div className="px-4 pb-4 md:px-5">
      <progress className="h-2 w-full" max={1} value={Math.min(1, share)} aria-label="Budget of this hour" />
      <p className="text-muted text-sm">{words}</p>
    </div>
  )
}

/** The running session: time, bytes and money, and the button that ends it. */
export function OnlinePanel({ view, onStop }: { readonly view: PayView; readonly onStop: () => void }) {
  const now = useNow()
  const asset = view.offer?.terms.tariff.asset ?? ''
  const stopping = view.phase === 'stopping'
  return (
    <>
      <Panel
        title={stopping ? 'Stopping…' : 'You are online'}
        note={`${view.offer?.name ?? ''} · keep this page open: it pays each round`}
      >
        {!view.reachable && (
          <div className="px-4 pt-4 md:px-5">
            <Alert problem={SILENT} />
          </div>
        )}
        <dl className="grid grid-cols-2">
          <Stat name="Time">{formatDuration(now - view.startedAt)}</Stat>
          <Stat name="Paid" note={`${view.rounds === 1 ? '1 round' : `${view.rounds} rounds`}`}>
            <span data-paid={view.paid.toString()}>{`${formatCredits(view.paid)} ${asset}`}</span>
          </Stat>
          <Stat name="Used" note="as the gateway counted, up to the last round">
            <span data-bytes={view.bytes.toString()}>{formatBytes(view.bytes)}</span>
          </Stat>
          <Stat name="Access lasts" note="without another payment">
            {formatLeft(view.accessUntil - now)}
          </Stat>
        </dl>
        <BudgetBar view={view} />
        <div className="px-4 pb-4 md:px-5">
          <button type="button" className="button button-stop w-full" onClick={onStop} disabled={stopping}>
            {stopping ? 'Paying what is left…' : 'Stop'}
          </button>
        </div>
      </Panel>
      {view.access?.protocols.includes('http') === true && <ProxyPanel access={view.access} />}
    </>
  )
}
