import type { DidState } from '../../../identity/index.js'
import type { Invariant } from '../../module.js'
import { current, historyOf } from './state.js'

/** The current version is the last of an unbroken history. */
export const unbrokenHistory: Invariant = store => {
  for (const [did, state] of current.list(store)) {
    const versions = historyOf(store, did)
    const broken = versions.some((version, at) => version.version !== at + 1 || version.did !== did)
    if (broken || JSON.stringify(versions.at(-1)) !== JSON.stringify(state)) return `history of ${did}`
  }
  return undefined
}

/** A DID can be used or it has ended: nothing in between. */
export const aliveHasKeys: Invariant = store => {
  for (const [did, state] of current.list(store)) if (hasKeys(state) === state.deactivated) return did
  return undefined
}

function hasKeys(state: DidState): boolean {
  return state.keys.length > 0
}
