import { BASES_2010, basePowerW, PHONES_2012, pathEnergyNjPerBit, phonePowerMw } from '@conet/core/pran'
import type { CellModelName } from '../scenario/types.js'
import type { Flow } from './flows.js'

/**
 * Power of a base station while it sends to one terminal, mW: all of it, as its time is divided. A satellite counts with what it
 * radiates, as its bus has no profile.
 */
export function baseMw(model: CellModelName, powerDbm: number): number {
  if (model === 'satellite') return 10 ** (powerDbm / 10)
  return 1_000 * basePowerW(model === 'inh' ? BASES_2010.femto : BASES_2010.macro, 1, 1)
}

/** Energy per bit of a flow's path, both ends of every hop, nJ. */
export function flowNjPerBit({ directMbps, cellMbps }: Flow, base: number): number {
  const hops = directMbps.map(rateMbps => ({
    transmitterMw: phonePowerMw(PHONES_2012.wifi, rateMbps, 0),
    receiverMw: phonePowerMw(PHONES_2012.wifi, 0, rateMbps),
    rateMbps,
  }))
  return pathEnergyNjPerBit([
    ...hops,
    { transmitterMw: base, receiverMw: phonePowerMw(PHONES_2012.lte, 0, cellMbps), rateMbps: cellMbps },
  ])
}

/** What relaying costs the sharer at `place` of the path (1 is the first), mJ per byte: receive on one side, send on the other. */
export function sharerMjPerByte({ directMbps, cellMbps, path }: Flow, place: number): number {
  const out = directMbps[place - 1] ?? cellMbps
  const isLast = place === path.length - 1
  const into = isLast ? cellMbps : (directMbps[place] ?? cellMbps)
  const receive = phonePowerMw(isLast ? PHONES_2012.lte : PHONES_2012.wifi, 0, into) / into
  const send = phonePowerMw(PHONES_2012.wifi, out, 0) / out
  // 1 mW at 1 Mbit/s is 1 nJ/bit; 8 bits and 10^-6 mJ per nJ.
  return (receive + send) * 8e-6
}
