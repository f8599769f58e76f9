import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ProviderEvent, ProviderTotals } from '../provider/contract.js'

/** What a node counts. One registry per node: several nodes may live in one process. */
export interface Metrics {
  /** Text of the Prometheus exposition format. */
  text(): Promise<string>
  readonly contentType: string
  /** One answered HTTP request; `route` is the pattern, never the address with its ids. */
  http(method: string, route: string, status: number, seconds: number): void
  provider(event: ProviderEvent): void
  /** Events that a slow listener did not get. */
  dropped(stream: string): void
}

/** Values that are read when someone asks. */
export interface MetricSources {
  height(): number
  readModelHeight(): number
  totals(): ProviderTotals
}

function gauges(registry: Registry, sources: MetricSources): void {
  const read: readonly [name: string, help: string, value: () => number][] = [
    ['conet_ledger_height', 'Durable height of the ledger replica', () => sources.height()],
    ['conet_readmodel_height', 'Height the read model has taken in', () => sources.readModelHeight()],
    ['conet_sessions_live', 'Sessions served now', () => sources.totals().liveSessions],
    ['conet_late_vouchers', 'Vouchers that came after the end of their trial', () => sources.totals().lateVouchers],
    [
      'conet_exposure_microcredits',
      'Amount lost if every client stopped paying now',
      () => Number(sources.totals().exposure),
    ],
  ]
  for (const [name, help, value] of read) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value())
      },
    })
  }
}

/** Makes the metrics of one node; `process` adds those of the process (once per process). */
export function createMetrics(sources: MetricSources, options: { readonly process: boolean }): Metrics {
  const registry = new Registry()
  if (options.process) collectDefaultMetrics({ register: registry })
  gauges(registry, sources)
  const registers = [registry]
  const requests = new Histogram({
    name: 'conet_http_seconds',
    help: 'Time to answer HTTP requests',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.03, 0.1, 0.3, 1, 3],
    registers,
  })
  const provider = new Counter({
    name: 'conet_provider_events_total',
    help: 'Session events',
    labelNames: ['type', 'code'],
    registers,
  })
  const dropped = new Counter({
    name: 'conet_events_dropped_total',
    help: 'Events a slow listener missed',
    labelNames: ['stream'],
    registers,
  })
  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    http: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    provider: event => provider.inc({ type: event.type, code: codeOf(event) }),
    dropped: stream => dropped.inc({ stream }),
  }
}

/** Codes and reasons are closed sets: safe as labels. */
function codeOf(event: ProviderEvent): string {
  if ('code' in event) return event.code
  return event.type === 'cut' ? event.reason : ''
}
