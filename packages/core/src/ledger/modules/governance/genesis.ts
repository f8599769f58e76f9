import type { Store } from '../../store.js'
import type { Genesis } from '../../types.js'
import { addMember, setPower } from './electorate.js'
import { members, putTotals, totalsOf } from './state.js'

/** Founds the consortium: owners of validators and those named besides are its members. Without either it writes nothing. */
export function governanceGenesis(store: Store, genesis: Genesis): void {
  const { validators = [], members: named = [], timeMs } = genesis
  for (const owner of new Set([...validators.map(validator => validator.owner), ...named])) {
    if (members.get(store, owner) === undefined) addMember(store, owner, timeMs)
  }
  for (const { publicKey, owner, power } of validators) setPower(store, publicKey, owner, power, false)
  if (validators.length > 0) putTotals(store, { ...totalsOf(store), ordered: true })
}
