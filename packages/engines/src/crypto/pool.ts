import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { packBatch, safely, type VerifyItem } from './batch.js'
import { verifyBytes } from './ed25519.js'
import type { VerifyAnswer, VerifyRequest } from './worker.js'

/** Checks signatures in batches, outside the calling thread if it has workers. */
export interface VerifyPool {
  /** 0 = in the calling thread. */
  readonly workers: number
  /** @returns one byte per item in order, 1 = valid. Rejects only after `close`. */
  verify(items: readonly VerifyItem[]): Promise<Uint8Array>
  close(): Promise<void>
}

interface Job {
  readonly items: readonly VerifyItem[]
  resolve(verdicts: Uint8Array): void
  reject(error: Error): void
}
interface Lane {
  worker: Worker
  /** Under way, oldest first: a thread answers in the order in which it was asked. */
  jobs: Job[]
}

/** The built worker: tests run from sources, where only `dist` holds a file that a thread can load. */
function workerFile(): URL {
  const beside = new URL('./worker.js', import.meta.url)
  return existsSync(fileURLToPath(beside)) ? beside : new URL('../../dist/crypto/worker.js', import.meta.url)
}

/** Signatures checked in a row in the calling thread: a few milliseconds. */
const SLICE = 32

/** Checks items as they are, in the calling thread. @returns one byte per item, 1 = valid */
function verifyItems(items: readonly VerifyItem[]): Uint8Array {
  return Uint8Array.from(items, ({ publicKey, signingInput, signature }) =>
    safely(() => verifyBytes(publicKey, Buffer.from(signingInput, 'latin1'), signature)) ? 1 : 0,
  )
}

/** A pool without threads, for small devices, machines with more nodes than cores, and tests. */
export function verifyInPlace(): VerifyPool {
  return {
    workers: 0,
    // A turn of the event loop between two slices: whatever else the process does goes on meanwhile.
    verify: async items => {
      const verdicts = new Uint8Array(items.length)
      for (let at = 0; at < items.length; at += SLICE) {
        if (at > 0) await nextTurn()
        verdicts.set(verifyItems(items.slice(at, at + SLICE)), at)
      }
      return verdicts
    },
    close: async () => {},
  }
}

/**
 * Starts a pool of worker threads; a worker that dies is replaced and its batches are checked in the calling thread.
 *
 * @param workers - threads, default one per core; 0 gives `verifyInPlace`
 */
export function createVerifyPool(workers: number = Math.max(1, availableParallelism())): VerifyPool {
  if (workers === 0) return verifyInPlace()
  const lanes: Lane[] = []
  let closed = false
  for (let i = 0; i < workers; i++) lanes.push(startLane(() => closed))

  return {
    workers,
    verify: items =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the verification pool is closed'))
        const lane = lanes.reduce((least, other) => (other.jobs.length < least.jobs.length ? other : least))
        send(lane, { items, resolve, reject })
      }),
    close: async () => {
      closed = true
      for (const lane of lanes) {
        for (const job of lane.jobs.splice(0)) job.reject(new Error('the verification pool was closed'))
      }
      await Promise.all(lanes.map(lane => lane.worker.terminate()))
    },
  }
}

function startLane(isClosed: () => boolean): Lane {
  const jobs: Job[] = []
  const lane: Lane = { worker: startWorker(jobs), jobs }
  const supervise = (worker: Worker) => {
    worker.on('exit', () => {
      if (isClosed()) return
      lane.worker = startWorker(jobs)
      supervise(lane.worker)
      for (const job of jobs.splice(0)) retryInPlace(job)
    })
  }
  supervise(lane.worker)
  return lane
}

/** The buffer went away with the dead worker: the batch is packed again and checked here, once. */
function retryInPlace({ items, resolve }: Job): void {
  resolve(verifyItems(items))
}

/** Jobs wait in a list, not in a map: a map that is emptied and filled all the time keeps its dead entries for long. */
function startWorker(jobs: Job[]): Worker {
  const worker = new Worker(workerFile())
  worker.unref()
  // Without a listener an error of the thread would end the process; `exit` follows and does the work.
  worker.on('error', () => {})
  worker.on('message', (verdicts: VerifyAnswer) => {
    const job = jobs.shift()
    if (jobs.length === 0) worker.unref()
    job?.resolve(verdicts)
  })
  return worker
}

function send(lane: Lane, job: Job): void {
  if (lane.jobs.length === 0) lane.worker.ref()
  lane.jobs.push(job)
  const request: VerifyRequest = { count: job.items.length, buffer: packBatch(job.items) }
  lane.worker.postMessage(request, [request.buffer])
}
