import { parentPort, workerData } from 'node:worker_threads'
import { ConetError } from '@conet/core/errors'
import { Run, scenarioHash } from '../play/play.js'
import { validateScenario } from '../scenario/index.js'
import type { FromWorker } from './pool.js'

/** One core's share of a batch: plays the seeds it is sent, one after the other, and tells how far it is. */

const scenario = validateScenario(workerData)
const hash = scenarioHash(scenario)
const tell = (message: FromWorker) => parentPort?.postMessage(message)

parentPort?.on('message', (seed: number) => {
  try {
    const run = new Run(scenario, seed)
    while (run.step < run.steps) {
      run.advance()
      if (run.step % 10 === 0) tell({ type: 'progress', seed, share: run.step / run.steps })
    }
    tell({ type: 'result', result: run.result(hash) })
  } catch (error) {
    const code = error instanceof ConetError ? error.code : 'FAULT'
    tell({ type: 'failed', seed, code, message: error instanceof Error ? error.message : String(error) })
  }
})
