import { type JSX, lazy, Suspense } from 'react'
import { useSubpage } from '../hooks/route.js'

const PAGES = ['scenario', 'run', 'value', 'export'] as const
type PageName = (typeof PAGES)[number]

const NAMES: Readonly<Record<PageName, string>> = {
  scenario: 'Scenario',
  run: 'Run',
  value: 'Value',
  export: 'Export',
}

const CONTENT: Readonly<Record<PageName, React.LazyExoticComponent<() => JSX.Element>>> = {
  scenario: lazy(() => import('./ScenarioPage.js')),
  run: lazy(() => import('./RunPage.js')),
  value: lazy(() => import('./ValuePage.js')),
  export: lazy(() => import('./ExportPage.js')),
}

/** The planner: four pages, each loaded when it is opened. */
export default function Planner() {
  const asked = useSubpage()
  const page = PAGES.find(name => name === asked) ?? 'scenario'
  const Content = CONTENT[page]
  return (
    <>
      <nav aria-label="Planner pages" className="flex flex-wrap gap-2 px-1">
        {PAGES.map(name => (
          <a
            key={name}
            href={`#/planner/${name}`}
            aria-current={name === page ? 'page' : undefined}
            className={`button inline-flex items-center ${name === page ? 'button-main' : ''}`}
          >
            {NAMES[name]}
          </a>
        ))}
      </nav>
      <Suspense fallback={<p className="px-1 text-muted">Opening…</p>}>
        <Content />
      </Suspense>
    </>
  )
}
