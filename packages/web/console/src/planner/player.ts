import type { Frame, Scenario, SeedResult } from '@conet/sim'
import { type Course, extend, NO_COURSE } from './course.js'
import type { Answer, Request } from './messages.js'
import { createStore } from './store.js'
import type { Trouble } from './trouble.js'

/** Steps per second, and how many of them one picture stands for. */
export const SPEEDS = {
  '1 step a second': { perSecond: 1, atOnce: 1 },
  '5 steps a second': { perSecond: 5, atOnce: 1 },
  '20 steps a second': { perSecond: 20, atOnce: 2 },
  'as fast as it goes': { perSecond: Number.POSITIVE_INFINITY, atOnce: 10 },
} as const
export type Speed = keyof typeof SPEEDS

export interface Playing {
  /** `idle` before the first step, `done` after the last. */
  readonly state: 'idle' | 'playing' | 'paused' | 'done' | 'failed'
  readonly scenario: Scenario | undefined
  readonly seed: number
  readonly speed: Speed
  readonly frame: Frame | undefined
  readonly course: Course
  readonly result: SeedResult | undefined
  readonly trouble: Trouble | undefined
}

const IDLE: Playing = {
  state: 'idle',
  scenario: undefined,
  seed: 1,
  speed: '5 steps a second',
  frame: undefined,
  course: NO_COURSE,
  result: undefined,
  trouble: undefined,
}

/** The run under way. */
export const playingStore = createStore<Playing>(IDLE)

let worker: Worker | undefined
let timer: ReturnType<typeof setTimeout> | undefined
/** A request is with the worker: it gets the next one only after its answer, so nothing piles up. */
let asked = false

const change = (some: Partial<Playing>) => playingStore.set({ ...playingStore.get(), ...some })

function ask(request: Request): void {
  if (request.kind === 'step') asked = true
  worker?.postMessage(request)
}

function hear(answer: Answer, took: number): void {
  asked = false
  const { state, course } = playingStore.get()
  if (answer.kind === 'failed') {
    change({ state: 'failed', trouble: answer.trouble })
    return
  }
  const { frame } = answer
  if (frame !== undefined) change({ frame, course: extend(course, frame) })
  if (answer.kind === 'done') change({ state: 'done', result: answer.result })
  else if (state === 'playing') next(took)
}

/** Asks for the next steps when their time has come. */
function next(took: number): void {
  const { perSecond, atOnce } = SPEEDS[playingStore.get().speed]
  const wait = Math.max(0, (1_000 * atOnce) / perSecond - took)
  timer = setTimeout(() => {
    if (!asked) ask({ kind: 'step', count: atOnce })
  }, wait)
}

function begin(scenario: Scenario): void {
  const own = new Worker(new URL('./run-worker.ts', import.meta.url), { type: 'module' })
  let since = performance.now()
  own.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    // What a run that was thrown away still says is not heard.
    if (own !== worker) return
    const now = performance.now()
    hear(data, now - since)
    since = now
  })
  own.addEventListener('error', event => {
    change({ state: 'failed', trouble: { code: 'WORKER_FAILED', message: event.message, path: '' } })
  })
  worker = own
  change({ scenario })
  ask({ kind: 'start', scenario, seed: playingStore.get().seed })
}

/** Ends the run and forgets it; speed and seed stay. */
export function reset(): void {
  clearTimeout(timer)
  worker?.terminate()
  worker = undefined
  asked = false
  const { seed, speed } = playingStore.get()
  playingStore.set({ ...IDLE, seed, speed })
}

/** Plays on, or from the start if there is no run yet. */
export function play(scenario: Scenario): void {
  if (worker === undefined) begin(scenario)
  change({ state: 'playing' })
  if (!asked) next(Number.POSITIVE_INFINITY)
}

export function pause(): void {
  clearTimeout(timer)
  change({ state: 'paused' })
}

/** One step, then stands still. */
export function step(scenario: Scenario): void {
  if (worker === undefined) begin(scenario)
  clearTimeout(timer)
  change({ state: 'paused' })
  if (!asked) ask({ kind: 'step', count: 1 })
}

export function setSpeed(speed: Speed): void {
  change({ speed })
}

/** Another seed is another run. @param seed - whole, 0 to 2^32 − 1 */
export function setSeed(seed: number): void {
  reset()
  change({ seed })
}
