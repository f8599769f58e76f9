/** Name of the lock, and of the channel where there are no locks. */
const NAME = 'conet.portal.paying'
/** A tab that pays answers at once; one that is frozen or gone does not. */
const ANSWER_MS = 300
/** In steps: a page that was kept waiting reads the answers that came meanwhile before it goes on. */
const STEPS = 3

/** Gives the turn back. */
export type EndTurn = () => void

/**
 * One tab of a browser pays at a time. Locks of the browser where there are some (secure contexts): they end with their tab,
 * however it ends. Elsewhere the tabs ask each other, and of two that ask at once the one with the smaller number goes on.
 *
 * @returns `undefined` if another tab has the turn
 */
export function takeTurn(): Promise<EndTurn | undefined> {
  return navigator.locks === undefined ? askTabs() : takeLock(navigator.locks)
}

function takeLock(locks: LockManager): Promise<EndTurn | undefined> {
  return new Promise((resolve, reject) => {
    locks
      .request(NAME, { ifAvailable: true }, lock => {
        if (lock === null) return resolve(undefined)
        // Held until this promise resolves.
        return new Promise<void>(release => resolve(release))
      })
      .catch(reject)
  })
}

interface Said {
  /** `first`: asks too, with a smaller number; `held`: has the turn. */
  readonly type: 'ask' | 'first' | 'held'
  readonly from: number
}

function askTabs(): Promise<EndTurn | undefined> {
  const channel = new BroadcastChannel(NAME)
  const own = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
  const say = (type: Said['type']) => channel.postMessage({ type, from: own } satisfies Said)
  return new Promise(resolve => {
    let mine = false
    let left = STEPS
    const step = () => {
      left -= 1
      if (left > 0) {
        timer = setTimeout(step, ANSWER_MS / STEPS)
        return
      }
      mine = true
      resolve(() => channel.close())
    }
    let timer = setTimeout(step, ANSWER_MS / STEPS)
    channel.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.type === 'ask' && (mine || own < data.from)) return say(mine ? 'held' : 'first')
      // All hear what one says, and a tab that came later heard no question before it: only the holder and smaller numbers count.
      const theirs = data.type === 'held' || data.from < own
      if (mine || !theirs) return
      clearTimeout(timer)
      channel.close()
      resolve(undefined)
    }
    say('ask')
  })
}
