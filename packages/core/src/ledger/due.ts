import type { UnixMillis } from '../units/index.js'
import { textCodec } from './codec.js'
import { collection, type Store } from './store.js'

/** 13 digits reach the year 2286; two more keep the order of keys the order of time for any safe integer used here. */
const TIME_DIGITS = 15

/** The due-queue: ordered by (time, handler, id), so every replica runs the same work in the same order (LED-30). */
export const dueQueue = collection('machine/due/', textCodec)

/** An entry read back from its key. */
export interface DueEntry {
  readonly atMs: UnixMillis
  /** `<module>/<verb>`. */
  readonly handler: string
  readonly id: string
}

/**
 * Asks for `handler` to run at the start of the first block whose time is at or after `atMs`. The same (time, handler,
 * id) twice is one entry. An entry for the past runs in the next block.
 */
export function schedule(store: Store, atMs: UnixMillis, handler: string, id: string): void {
  dueQueue.put(store, dueId(atMs, handler, id), '')
}

/** Takes an entry back; unknown entries are ignored. */
export function unschedule(store: Store, atMs: UnixMillis, handler: string, id: string): void {
  dueQueue.delete(store, dueId(atMs, handler, id))
}

/** First due-queue id that lies after `atMs`. */
export function dueAfter(atMs: UnixMillis): string {
  return String(atMs + 1).padStart(TIME_DIGITS, '0')
}

/** Splits the id of a due-queue record. */
export function parseDueId(text: string): DueEntry {
  const [time = '', module = '', verb = '', ...rest] = text.split('/')
  return { atMs: Number(time), handler: `${module}/${verb}`, id: rest.join('/') }
}

function dueId(atMs: UnixMillis, handler: string, id: string): string {
  return `${String(atMs).padStart(TIME_DIGITS, '0')}/${handler}/${id}`
}

/** When the earliest entry is due; `undefined` if the queue is empty. An idle engine makes a block then. */
export function firstDueMs(store: Store): UnixMillis | undefined {
  for (const [id] of dueQueue.list(store)) return parseDueId(id).atMs
  return undefined
}
