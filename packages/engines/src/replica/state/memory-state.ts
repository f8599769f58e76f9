import { Overlay } from './overlay.js'
import type { Checkpoint, State } from './state.js'

/** State that lives as long as the process: for followers without a folder, for offline replay and tests. */
export function memoryState(): State {
  const all = new Overlay()
  let checkpoint: Checkpoint | undefined
  return {
    get: key => all.get(key) ?? undefined,
    *range(from, to, limit) {
      let left = limit
      for (const [key, value] of all.range(from, to)) {
        if (left <= 0) return
        if (value === null) continue
        left -= 1
        yield [key, value]
      }
    },
    write(batch) {
      for (const [key, value] of batch) {
        if (value !== undefined) all.set(key, value)
        else all.forget(key)
      }
    },
    get checkpoint() {
      return checkpoint
    },
    pending: 0,
    save: async ({ height, timeMs, appHash }) => {
      checkpoint = { height, timeMs, appHash }
    },
    close: async () => {},
  }
}
