import { type JSX, lazy, Suspense, useEffect, useRef } from 'react'
import { ApiError } from './api/client.js'
import { useAnnouncements } from './hooks/announce.js'
import { useEvents } from './hooks/events.js'
import { useView, VIEW_NAMES, type View } from './hooks/route.js'
import { BalancesPanel } from './panels/BalancesPanel.js'
import { BlocksPanel } from './panels/BlocksPanel.js'
import { ChartPanel } from './panels/ChartPanel.js'
import { FiguresPanel } from './panels/FiguresPanel.js'
import { Header } from './panels/Header.js'
import { HistoryPanel } from './panels/HistoryPanel.js'
import { LiveSessionsPanel } from './panels/LiveSessionsPanel.js'
import { NodePanel } from './panels/NodePanel.js'
import { OffersPanel } from './panels/OffersPanel.js'
import { PastSessionsPanel } from './panels/PastSessionsPanel.js'
import { TransferPanel } from './panels/TransferPanel.js'
import { Problem } from './parts/Notice.js'

/** Loaded when it is opened: an owner never pays for the planner's charts and simulator. */
const Planner = lazy(() => import('./planner/Planner.js').catch(() => ({ default: PlannerAway })))

/** In place of pages that the node does not give: it is away, or was updated since this page was loaded. */
function PlannerAway() {
  const error = new ApiError('UNREACHABLE', 'The planner’s pages could not be loaded.', 0)
  return <Problem error={error} retry={() => location.reload()} />
}

const CONTENT: Readonly<Record<View, () => JSX.Element>> = {
  overview: () => (
    <>
      <FiguresPanel />
      <div className="grid gap-4 lg:grid-cols-[3fr_2fr] [&>*]:min-w-0">
        <ChartPanel />
        <NodePanel />
      </div>
      <LiveSessionsPanel limit={4} />
    </>
  ),
  sessions: () => (
    <>
      <LiveSessionsPanel />
      <PastSessionsPanel />
    </>
  ),
  offers: () => <OffersPanel />,
  wallet: () => (
    <>
      <div className="grid items-start gap-4 lg:grid-cols-[3fr_2fr] [&>*]:min-w-0">
        <BalancesPanel />
        <TransferPanel />
      </div>
      <HistoryPanel />
    </>
  ),
  ledger: () => <BlocksPanel />,
  planner: () => (
    <Suspense fallback={<p className="px-1 text-muted">Opening the planner…</p>}>
      <Planner />
    </Suspense>
  ),
}

/** Says where we are: title of the tab, and focus on the heading after a change of view. */
function useViewChange(view: View) {
  const heading = useRef<HTMLHeadingElement>(null)
  const first = useRef(true)
  useEffect(() => {
    document.title = `${VIEW_NAMES[view]} · Conet console`
    if (!first.current) {
      heading.current?.focus()
      scrollTo(0, 0)
    }
    first.current = false
  }, [view])
  return heading
}

/** The signed-in page: skip link, header with navigation, one view. */
export function Shell() {
  const view = useView()
  const [said, heard] = useAnnouncements()
  const status = useEvents(heard)
  const heading = useViewChange(view)
  const main = useRef<HTMLElement>(null)
  const Content = CONTENT[view]
  return (
    <>
      <button
        type="button"
        className="button button-main fixed top-2 left-2 z-20 -translate-y-20 focus:translate-y-0"
        onClick={() => main.current?.focus()}
      >
        Skip to content
      </button>
      <Header view={view} status={status} />
      <main ref={main} tabIndex={-1} className="mx-auto max-w-6xl space-y-4 px-3 pt-5 pb-24 sm:px-5 md:pb-10">
        <h1 ref={heading} tabIndex={-1} className="px-1 font-semibold text-2xl tracking-tight">
          {VIEW_NAMES[view]}
        </h1>
        <Content />
      </main>
      <p role="status" aria-live="polite" className="sr-only">
        {said}
      </p>
    </>
  )
}
