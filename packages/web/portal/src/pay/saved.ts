import type { Offer } from '@conet/client/api'
import type { Granted } from '@conet/client/session'
import type { ClientState } from '@conet/core/rounds'
import type { Did } from '@conet/core/units'
import { keepText, readText } from '../wallet/keep.js'
import type { Limits } from './budget.js'
import { freeze, thaw } from './frozen.js'

const SESSION = 'conet.portal.session'
const SPENT = 'conet.portal.spent.'
const tab = () => sessionStorage
const local = () => localStorage

/** All that a page needs to go on with a session after it was loaded again; the key is kept apart. */
export interface SavedSession {
  readonly client: Did
  readonly lid: string
  readonly offer: Offer
  readonly granted: Granted
  readonly limits: Limits
  readonly resume: Pick<ClientState, 'promised' | 'paidRounds'>
}

/** Of this tab alone: no other tab may go on with it. */
export function keepSession(session: SavedSession | undefined): void {
  keepText(tab, SESSION, session && freeze(session))
}

export function savedSession(): SavedSession | undefined {
  const value = thaw(readText(tab, SESSION)) as Partial<SavedSession> | null | undefined
  const whole = value?.granted?.grant !== undefined && value.offer !== undefined && value.resume !== undefined
  return whole ? (value as SavedSession) : undefined
}

/** Spending of the last hour, of one wallet in all tabs. */
export function spentStore(client: Did): { read(): string | null; write(text: string): void } {
  return {
    read: () => readText(local, SPENT + client),
    write: text => void keepText(local, SPENT + client, text),
  }
}
