import { useEffect, useRef } from 'react'
import type { CommittedBlock, LedgerEvent } from '../api/types.js'
import { readEnvelope } from '../format/jws.js'
import { formatMoment } from '../format/time.js'
import { CopyButton, ShortId } from '../parts/Identifier.js'

function Json({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <details className="mt-1">
      <summary className="text-muted text-sm">{name}</summary>
      <pre className="mt-1 max-h-80 overflow-auto whitespace-pre-wrap break-all rounded bg-raised p-3 font-mono text-[0.8125rem]">
        {JSON.stringify(value, null, 2)}
      </pre>
    </details>
  )
}

function Events({ events }: { readonly events: readonly LedgerEvent[] }) {
  return (
    <ul>
      {events.map((event, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events of a committed block never move.
        <li key={index}>
          <Json name={`Event ${event.type}`} value={event} />
        </li>
      ))}
    </ul>
  )
}

type Result = CommittedBlock['result']['results'][number]

function Transaction({ text, result }: { readonly text: string; readonly result: Result | undefined }) {
  const read = readEnvelope(text)
  const code = result?.code ?? '–'
  return (
    <li className="px-4 py-3 md:px-5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h4 className="font-medium">{read?.title ?? 'Unreadable transaction'}</h4>
        <p className={code === 'OK' ? '' : 'font-medium text-bad'}>{code === 'OK' ? 'Accepted' : `Refused: ${code}`}</p>
      </div>
      <p className="flex flex-wrap items-baseline gap-x-2 text-muted text-sm">
        Signed by <ShortId text={read?.signer ?? '–'} />
      </p>
      {read !== undefined && <Json name="Content" value={read.payload} />}
      {result !== undefined && <Events events={result.events} />}
    </li>
  )
}

/** One block: its transactions with their outcome and events. Takes the focus, because on narrow screens it is far below. */
export function BlockDetail({ block, onClose }: { readonly block: CommittedBlock; readonly onClose: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const { result } = block
  return (
    <section aria-labelledby="block-title" className="rounded-lg border border-line bg-surface">
      <div className="flex items-start justify-between gap-3 border-line border-b px-4 py-3 md:px-5">
        <div>
          <h2 ref={heading} id="block-title" tabIndex={-1} className="font-semibold text-base">
            Block {block.height.toLocaleString('en')}
          </h2>
          <p className="text-muted text-sm">{formatMoment(block.timeMs)}</p>
        </div>
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
      <p className="flex flex-wrap items-baseline gap-2 px-4 py-3 md:px-5">
        <span className="text-muted">App hash</span>
        <ShortId text={result.appHash} />
        <CopyButton text={result.appHash} what="the app hash" />
      </p>
      <h3 className="border-line border-t px-4 pt-3 font-semibold md:px-5">Transactions</h3>
      {block.txs.length === 0 ? (
        <p className="px-4 py-3 text-muted md:px-5">None: this block only ran scheduled work.</p>
      ) : (
        <ul className="divide-y divide-line">
          {block.txs.map((text, index) => (
            <Transaction key={result.results[index]?.hash ?? text} text={text} result={result.results[index]} />
          ))}
        </ul>
      )}
      {result.scheduled.length > 0 && (
        <div className="border-line border-t px-4 py-3 md:px-5">
          <h3 className="font-semibold">Scheduled work</h3>
          <Events events={result.scheduled} />
        </div>
      )}
    </section>
  )
}
