import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { SimError } from '../codes.js'
import type { SeedResult } from '../play/index.js'
import type { Scenario } from '../scenario/index.js'

export type FromWorker =
  | { readonly type: 'progress'; readonly seed: number; readonly share: number }
  | { readonly type: 'result'; readonly result: SeedResult }
  | { readonly type: 'failed'; readonly seed: number; readonly code: string; readonly message: string }

export interface PoolPlan {
  readonly scenario: Scenario
  readonly seeds: readonly number[]
  readonly workers: number
  readonly signal: AbortSignal
  /** A seed is done; called in the order of finishing. */
  done(result: SeedResult): void
  /** Sum over the seeds of the share that is played, 0..seeds.length. */
  progress(played: number): void
}

/** Threads run compiled code; tests that run on sources use what was built. */
function workerFile(): URL {
  const beside = new URL('./worker.js', import.meta.url)
  const built = existsSync(beside) ? beside : new URL('../../dist/batch/worker.js', import.meta.url)
  if (existsSync(built)) return built
  throw new SimError('WORKER_FAILED', 'the simulator is not built: run npm run types, then again.')
}

/**
 * Plays seeds on threads, each seed on one.
 * @throws {SimError} `INTERRUPTED` when the signal comes; `WORKER_FAILED` with the first failure
 */
export async function playOnThreads(plan: PoolPlan): Promise<void> {
  const waiting = [...plan.seeds]
  const shares = new Map<number, number>()
  const file = workerFile()
  const count = Math.min(plan.workers, waiting.length)
  const workers = Array.from({ length: count }, () => new Worker(file, { workerData: plan.scenario }))
  const stop = () => Promise.all(workers.map(worker => worker.terminate()))
  try {
    await Promise.all([...workers.map(worker => lane(worker, waiting, shares, plan))])
  } finally {
    await stop()
  }
}

/** One thread: the next seed as soon as one is done. */
function lane(worker: Worker, waiting: number[], shares: Map<number, number>, plan: PoolPlan): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const report = (seed: number, share: number) => {
      shares.set(seed, share)
      plan.progress([...shares.values()].reduce((sum, one) => sum + one, 0))
    }
    const next = () => {
      const seed = waiting.shift()
      if (seed === undefined) resolve()
      else worker.postMessage(seed)
    }
    const interrupted = () =>
      reject(new SimError('INTERRUPTED', 'the run was stopped; finished seeds are kept: go on with --resume.'))
    if (plan.signal.aborted) return interrupted()
    plan.signal.addEventListener('abort', interrupted, { once: true })
    worker.on('error', cause => reject(new SimError('WORKER_FAILED', `a thread failed: ${cause.message}`, {}, cause)))
    worker.on('message', (message: FromWorker) => {
      try {
        if (message.type === 'progress') report(message.seed, message.share)
        else if (message.type === 'failed') reject(failure(message))
        else {
          plan.done(message.result)
          report(message.result.seed, 1)
          next()
        }
      } catch (cause) {
        // What `done` throws, such as a full disk, ends the run like a failure of the thread.
        reject(cause)
      }
    })
    next()
  })
}

function failure({ seed, code, message }: Extract<FromWorker, { type: 'failed' }>): SimError {
  return new SimError('WORKER_FAILED', `seed ${seed}: ${code}: ${message}`, { seed })
}
