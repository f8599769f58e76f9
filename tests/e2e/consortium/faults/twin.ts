import { until } from '../../program.js'
import { twinOf } from '../manifest.js'
import type { PenaltyRow } from '../member.js'
import type { FaultRule, Scene } from './fault.js'

/** The twin must catch up, and both must vote differently on one block: when its turn to propose comes, usually. */
const CAUGHT_MS = 120_000

/** A second process with the same validator's key: it must be found out, and the ledger's rules must follow. */
export const twin: FaultRule = {
  away: false,
  async begin(scene) {
    const second = scene.consortium.member(twinOf(scene.member.name))
    await second.start()
    return async () => {
      await until(async () => (await penaltyOf(scene)) !== undefined, CAUGHT_MS).catch(() => undefined)
      await second.end('SIGKILL')
      await judge(scene)
    }
  },
}

async function penaltyOf({ member, consortium }: Scene): Promise<PenaltyRow | undefined> {
  const { penalties } = await (consortium.present[0] ?? member).consortium()
  return penalties.find(({ publicKey }) => publicKey === member.place.validatorKey)
}

/** Under notice, without power from the next set on, and its owner named (GOV-41). */
async function judge(scene: Scene): Promise<void> {
  const { member, consortium, books } = scene
  const penalty = await penaltyOf(scene)
  const { validators } = await (consortium.present[0] ?? member).consortium()
  if (penalty === undefined) books.blame(`${member.name} voted with one key from two processes and was not found out`)
  else if (penalty.kind !== 'duplicate-vote' || penalty.owner !== member.did)
    books.blame(`wrong penalty for ${member.name}: ${JSON.stringify(penalty)}`)
  else if (penalty.state !== 'notice' || validators.some(({ publicKey }) => publicKey === penalty.publicKey))
    books.blame(`${member.name} keeps its power after a double vote`)
}
