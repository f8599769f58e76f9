import type { Amount } from '@conet/core/units'
import type { ProviderEvent, SessionView } from './contract.js'
import { addTo, Counters } from './counters.js'
import { CreditBook } from './credit.js'
import { Effects } from './effects.js'
import { Emitter } from './emitter.js'
import { Lines } from './lines.js'
import { Opening } from './opening.js'
import type { ProviderConfigPorts } from './ports.js'
import { promiseIn } from './promise.js'
import { endOf, Records } from './records/index.js'
import { sealer } from './seal.js'
import { Sessions } from './sessions.js'
import { type Settlement, Settler } from './settle/index.js'
import type { Statements } from './statements.js'
import { TRIAL_PREFIX, Trials } from './trials.js'

/** The parts of one provider, wired. */
export interface Parts {
  readonly ports: ProviderConfigPorts
  readonly counters: Counters
  readonly emitter: Emitter
  readonly records: Records
  readonly credit: CreditBook
  readonly trials: Trials
  readonly settler: Settler
  readonly sessions: Sessions
  readonly opening: Opening
  readonly lines: Lines
  readonly statements: Statements
}

/** Wires the parts; nothing runs yet. */
export function wire(ports: ProviderConfigPorts): Parts {
  const { clock, ledger, limits, sha256, store, verify } = ports
  const counters = new Counters()
  const emitter = new Emitter()
  const records = new Records(store)
  const credit = new CreditBook(store)
  const counted = store.range(TRIAL_PREFIX, endOf(TRIAL_PREFIX), limits.trials.maxCounters)
  const trials = new Trials(limits.trials, counted, clock.now())
  const settler: Settler = new Settler({
    submit: ledger.submit,
    read: promiseIn,
    clock,
    store,
    policy: ports.settle,
    onOutcome: outcome => onSettlement(outcome),
  })
  const effects = new Effects({ ports, counters, emitter, settler, trials, credit })
  const sessions = new Sessions(ports, counters, effects)
  const seal = sealer(ports.signer, sha256)
  const opening = new Opening({ ports, sessions, counters, trials, credit, settler, seal })
  const lines = new Lines({
    sessions,
    sha256,
    verify,
    clock,
    signerKey: ports.signerKey,
    unsettledOf: client => settler.unsettledOf(client),
  })

  function onSettlement(outcome: Settlement): void {
    const at = clock.now()
    const live = sessions.live.get(outcome.sid)
    const view = records.closed(outcome.sid)
    // A full disk may have left a closed session's record open.
    const known = view ?? records.opened(outcome.sid)
    const asset = live?.start.grant.terms.tariff.asset ?? known?.asset
    if (outcome.type === 'settled') {
      if (asset !== undefined) addTo(counters.settled, asset, outcome.amount)
      if (view !== undefined)
        void store.put(records.resettled(afterSettling(view, outcome.owed))).catch(() => undefined)
      emitter.emit(settledEvent(outcome, at))
      const client = live?.start.grant.client ?? known?.client
      if (client !== undefined) sessions.forgetPurse(client)
      if (live !== undefined && asset !== undefined && inDebt(live.start.grant.client, asset)) live.lastRound = true
      return
    }
    emitter.emit({ ...outcome, at })
    // Nobody pays what the ledger refuses for good: no further round on that promise.
    if (outcome.final && live !== undefined) live.lastRound = true
  }

  const inDebt = (client: string, asset: string) => ledger.account(client, asset).debt > 0n
  const { statements } = effects
  return { ports, counters, emitter, records, credit, trials, settler, sessions, opening, lines, statements }
}

/** A closed session's record after a settlement; a late voucher may promise more than the record knew. */
function afterSettling(view: SessionView, settled: Amount): SessionView {
  return { ...view, settled, promised: settled > view.promised ? settled : view.promised }
}

function settledEvent(outcome: Extract<Settlement, { type: 'settled' }>, at: number): ProviderEvent {
  const { sid, owed, amount, tx } = outcome
  return { type: 'settled', sid, owed, amount, tx, at }
}
