import type { HeldVoucher, ProviderEffect } from '@conet/core/rounds'
import type { Amount, Millis } from '@conet/core/units'
import type { Change } from '../storage/index.js'
import { addTo, type Counters } from './counters.js'
import type { ProviderConfigPorts } from './ports.js'
import { record, whole } from './records/index.js'
import type { LiveSession } from './session.js'
import type { Settler } from './settle/index.js'

export interface MarkParts {
  readonly ports: Pick<ProviderConfigPorts, 'clock' | 'store'>
  readonly counters: Counters
  readonly settler: Settler
}

/** Until the disk takes a checked voucher. */
const RETRY_MS: Millis = 1_000

/** From a good signature to a promise that counts: the settler hears of it once the voucher is on the disk as checked (RND-15). */
export class Marks {
  readonly #parts: MarkParts

  constructor(parts: MarkParts) {
    this.#parts = parts
  }

  /** A signature is good: only now the promise may be settled, and counts. */
  checked(session: LiveSession, { marked, owed }: Extract<ProviderEffect, { type: 'checked' }>): void {
    if (marked) this.promised(session, owed)
    else this.#mark(session)
  }

  /** The checked voucher of a session is on the disk. */
  promised(session: LiveSession, owed: Amount): void {
    if (owed > session.promised) this.#count(session, owed)
    // The last word was said already: this late promise settles all the same.
    if (session.left) this.#parts.settler.closed(session.sid)
  }

  /** The session's last word is recorded: it settles, as soon as its newest checked voucher is on the disk. */
  left(session: LiveSession): void {
    session.left = true
    // A voucher that came with the last word, and is on its way to the disk, settles too.
    if (isOutrun(session) || unmarked(session) !== undefined) this.#later(session)
    else this.#parts.settler.closed(session.sid)
  }

  #count(session: LiveSession, owed: Amount): void {
    const { counters, settler } = this.#parts
    const { client, terms } = session.start.grant
    addTo(counters.promised, terms.tariff.asset, owed - session.promised)
    session.promised = owed
    settler.promised(session.start.grant, client, owed, session.start.escrowUntil)
    // A client whose keys stand on the ledger may change them, which voids what is not settled: that stays below its limit.
    const changing = !session.start.kid.startsWith('did:key:')
    if (changing && settler.unsettledOf(client) * 2n > session.state.credit) settler.hurry(session.sid)
  }

  /** Writes what is newest now, whatever it was tried for: an older voucher never goes over a newer one. */
  #mark(session: LiveSession): void {
    const held = unmarked(session)
    // A newer checked one is on its way to the disk, and says more.
    if (isOutrun(session)) this.#later(session)
    else if (held === undefined) {
      if (session.left) this.#parts.settler.closed(session.sid)
    } else {
      void this.#parts.ports.store.put(changesFor(session, held)).then(
        () => this.promised(session, held.owed),
        // Nothing is lost: it is on the disk unchecked, and the next start checks it again.
        () => this.#later(session),
      )
    }
  }

  #later(session: LiveSession): void {
    if (session.markDue) return
    session.markDue = true
    this.#parts.ports.clock.after(RETRY_MS, () => {
      session.markDue = false
      this.#mark(session)
    })
  }
}

/** What the last record of a session says of its vouchers; `held` is the one that it stores as checked. */
export function lastMark(session: LiveSession): { readonly held: HeldVoucher | undefined; readonly changes: Change[] } {
  const held = unmarked(session)
  // What is not checked by now is worth nothing.
  if (held === undefined) return { held, changes: record.noUnchecked(session.start.grant) }
  return isOutrun(session) ? { held: undefined, changes: [] } : { held, changes: changesFor(session, held) }
}

/** The newest checked voucher, if it is not known to be on the disk as checked. */
function unmarked(session: LiveSession): HeldVoucher | undefined {
  const { verified } = session.state
  return verified !== undefined && verified.owed > session.promised ? verified : undefined
}

function isOutrun(session: LiveSession): boolean {
  return session.state.storing.some(one => one.marked)
}

/** Stores a voucher as checked. A newer one that is not checked, stored or on its way, stays beside it. */
function changesFor(session: LiveSession, held: HeldVoucher): Change[] {
  const { stored, storing } = session.state
  const text = whole(session.start, held.text)
  return stored === held && storing.length === 0
    ? record.voucher(session.start.grant, text)
    : [record.checked(session.sid, text)]
}
