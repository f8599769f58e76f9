import type { BlockLog } from './block-log.js'

/** A log that is forgotten with the process: for replicas without a folder. */
export function memoryLog(): BlockLog {
  const payloads: string[] = []
  return {
    height: () => payloads.length,
    append: async (_height, payload) => {
      payloads.push(typeof payload === 'string' ? payload : payload.join(''))
    },
    read: async height => payloads[height - 1],
    dropped: undefined,
    close: async () => {},
  }
}
