import type { Invariant } from '../../module.js'
import { addressOf } from './electorate.js'
import { addresses, idText, members, openProposals, proposals, totalsOf, validators, votes } from './state.js'

/** Each member's power is the sum over its validators, and the total is the sum over the members. */
export const powerSums: Invariant = store => {
  const sums = new Map<string, number>()
  let active = 0
  for (const [publicKey, { owner, power }] of validators.list(store)) {
    if (power < 0) return `${publicKey} has power ${power}`
    if (addresses.get(store, addressOf(publicKey)) !== publicKey) return `${publicKey} is not found by its address`
    if (power > 0) active++
    sums.set(owner, (sums.get(owner) ?? 0) + power)
  }
  const totals = totalsOf(store)
  let count = 0
  let whole = 0
  for (const [did, { power }] of members.list(store)) {
    if (power !== (sums.get(did) ?? 0)) return `${did} has power ${power}, its validators ${sums.get(did) ?? 0}`
    sums.delete(did)
    count++
    whole += power
  }
  for (const [owner, power] of sums) if (power > 0) return `${owner} orders with ${power} but is no member`
  const right = totals.members === count && totals.power === whole && totals.validators === active
  return right ? undefined : `totals say ${JSON.stringify(totals)}, found ${count} members, ${active} with ${whole}`
}

/** A ledger that validators order has at least one with power; any other has none. */
export const someoneOrders: Invariant = store => {
  const { ordered, power } = totalsOf(store)
  return ordered === power > 0 ? undefined : `ordered is ${ordered}, power ${power}`
}

/** Open proposals and their index are the same, and every vote belongs to a proposal. */
export const proposalsIndexed: Invariant = store => {
  const open = new Set(Array.from(openProposals.list(store), ([id]) => id))
  for (const [id, proposal] of proposals.list(store)) {
    if (idText(proposal.id) !== id || (proposal.status === 'open') !== open.delete(id)) return id
  }
  for (const id of open) return `${id} is open but gone`
  for (const [key] of votes.list(store)) if (proposals.get(store, key.slice(0, 12)) === undefined) return `vote ${key}`
  return undefined
}
