import type { StreamStatus } from '../hooks/events.js'
import { useNode } from '../hooks/queries.js'
import { VIEW_NAMES, VIEWS, type View } from '../hooks/route.js'
import { ThemeChoice } from '../parts/ThemeChoice.js'

const STATUS: Readonly<Record<StreamStatus, { readonly words: string; readonly dot: string }>> = {
  connecting: { words: 'Connecting…', dot: 'border border-muted' },
  live: { words: 'Live', dot: 'bg-accent' },
  retrying: { words: 'No live data, reconnecting…', dot: 'border-2 border-warn' },
}

/** Narrow screens have the views at the thumb, wide ones below the name. */
const NAV =
  'fixed inset-x-0 bottom-0 z-10 flex flex-wrap border-line border-t bg-surface md:static md:gap-1 md:border-0'
const LINK =
  'flex-auto border-t-2 px-0.5 py-3 text-center text-[0.8125rem] max-[360px]:text-xs md:flex-none md:border-t-0 md:border-b-2 md:px-3 md:py-2 md:text-[0.9375rem]'

function Views({ view }: { readonly view: View }) {
  return (
    <nav aria-label="Views" className={NAV}>
      {VIEWS.map(name => (
        <a
          key={name}
          href={`#/${name}`}
          aria-current={name === view ? 'page' : undefined}
          className={`${LINK} ${name === view ? 'border-accent font-semibold' : 'border-transparent text-muted hover:text-ink'}`}
        >
          {VIEW_NAMES[name]}
        </a>
      ))}
    </nav>
  )
}

/** Whose node this is, whether the page is live, where to go. */
export function Header({ view, status }: { readonly view: View; readonly status: StreamStatus }) {
  const node = useNode()
  const { words, dot } = STATUS[status]
  return (
    <header className="border-line border-b bg-surface">
      <div className="mx-auto max-w-6xl px-4 sm:px-5">
        <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 pt-3 pb-3 md:pb-1">
          <div className="flex min-w-0 flex-[1_1_12rem] items-center gap-2.5">
            <img src="/favicon.svg" alt="" className="size-7" />
            <p className="truncate font-semibold">{node.data?.name ?? 'Conet'}</p>
            <p role="status" className="flex items-center gap-1.5 whitespace-nowrap text-muted text-sm">
              <span aria-hidden="true" className={`size-2 rounded-full ${dot}`} />
              {words}
            </p>
          </div>
          <ThemeChoice />
        </div>
        <Views view={view} />
      </div>
    </header>
  )
}
