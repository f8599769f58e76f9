import type { Run } from './play.js'
import { credits } from './rewards.js'
import type { Frame } from './types.js'

/** The moment after a step, as plain JSON; numbers are rounded to what a picture can show. */
export function frameOf(run: Run): Frame {
  const { association, terminals, worlds, sharers, tally } = run
  const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0)
  const least = run.scenario.relay.serviceMbps
  const covered = association.cellMbps.filter(rate => rate >= least).length
  return {
    step: run.step,
    steps: run.steps,
    timeS: run.timeS,
    xM: Array.from(terminals.xM, tenth),
    yM: Array.from(terminals.yM, tenth),
    sinrDb: Array.from(association.sinrDb, sinr => (sinr < -100 ? null : tenth(sinr))),
    cellMbps: Array.from(association.cellMbps, tenth),
    indoors: [...terminals.indoors],
    shares: [...sharers.active],
    links: run.flows.map(({ path, cell, rateMbps }) => ({ path, cell, mbps: tenth(rateMbps) })),
    totals: {
      activeUsers: run.flows.length,
      sharersActive: sharers.count('active'),
      coveredByCells: covered / terminals.count,
      deliveredMB: { without: sum(worlds.without.delivered) / 1e6, with: sum(worlds.with.delivered) / 1e6 },
      relayedMB: tally.relayedBytes / 1e6,
      sharersEarned: sum(sharers.earned),
      pool: credits(run.relaying.rewards.pool),
    },
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
