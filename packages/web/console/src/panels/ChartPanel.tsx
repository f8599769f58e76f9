import { useEffect, useState } from 'react'
import { formatRate } from '../format/bytes.js'
import { useConnection } from '../hooks/api.js'
import { nodeNow } from '../hooks/now.js'
import { useIsDark } from '../hooks/theme.js'
import { Chart } from '../parts/Chart.js'
import { Panel } from '../parts/Panel.js'

const SAMPLE_MS = 1_000

/** One sample a second for as long as the panel is shown. */
function useSamples() {
  const { activity } = useConnection()
  const [samples, setSamples] = useState(activity.samples)
  useEffect(() => {
    const timer = setInterval(() => {
      activity.sample(nodeNow())
      setSamples(activity.samples())
    }, SAMPLE_MS)
    return () => clearInterval(timer)
  }, [activity])
  return samples
}

/** Throughput of all live sessions. */
export function ChartPanel() {
  const samples = useSamples()
  const last = samples.at(-1)
  return (
    <Panel
      title="Throughput"
      note="All live sessions, last two minutes"
      aside={
        <dl className="flex gap-5 text-sm">
          <div>
            <dt className="flex items-center gap-1.5 text-muted">
              <span aria-hidden="true" className="w-4 border-accent border-t-2" />
              Down
            </dt>
            <dd className="font-semibold">{formatRate(last?.down ?? 0)}</dd>
          </div>
          <div>
            <dt className="flex items-center gap-1.5 text-muted">
              <span aria-hidden="true" className="w-4 border-muted border-t-2 border-dashed" />
              Up
            </dt>
            <dd className="font-semibold">{formatRate(last?.up ?? 0)}</dd>
          </div>
        </dl>
      }
    >
      <div className="px-2 py-3">
        <Chart samples={samples} dark={useIsDark()} />
      </div>
    </Panel>
  )
}
