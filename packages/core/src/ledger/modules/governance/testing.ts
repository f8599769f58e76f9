import { bytesToHex } from '@noble/hashes/utils.js'
import { genesisOf, type Name, TestLedger, tx, who } from '../../testing/index.js'
import type { Genesis, Misbehaviour } from '../../types.js'
import { addressOf } from './electorate.js'

/** The ordering key of an owner in tests: its own. */
export const keyOf = (name: Name): string => bytesToHex(who[name].publicKey)

/** A genesis whose validators have these powers; 0 makes a member without a validator. */
export function consortiumOf(powers: Partial<Record<Name, number>>, params: Genesis['params'] = {}): Genesis {
  const named = Object.entries(powers) as [Name, number][]
  const validators = named
    .filter(([, power]) => power > 0)
    .map(([name, power]) => ({ owner: who[name].did, publicKey: keyOf(name), power }))
  const members = named.filter(([, power]) => power === 0).map(([name]) => who[name].did)
  return { ...genesisOf({}, params), ...(validators.length === 0 ? {} : { validators }), members }
}

export const FOUR = { issuer: 10, client: 10, provider: 10, relay: 10 } as const

/** A ledger with a consortium, and its doings in few words. */
export class TestConsortium extends TestLedger {
  propose(name: Name, subject: string, body: object) {
    return this.do(name, 'governance/propose', { subject, ...body })
  }

  vote(name: Name, id: number, choice = 'yes') {
    return this.do(name, 'governance/vote', { id, choice })
  }

  /** Proposes and lets the others vote yes until it is decided. */
  pass(names: readonly Name[], subject: string, body: object) {
    const [first, ...others] = names
    let last = this.propose(first ?? 'issuer', subject, body)
    const id = last.events[0]?.id as number
    for (const name of others) last = this.vote(name, id)
    return last
  }

  accuse(name: Name, height = 1) {
    const evidence: Misbehaviour = {
      kind: 'duplicate-vote',
      validator: addressOf(keyOf(name)),
      height,
      timeMs: this.timeMs,
      totalPower: 40,
    }
    return this.block([], 1000, [evidence])
  }

  ask<T>(query: string, args: Readonly<Record<string, unknown>> = {}): T {
    return this.app.query(`governance/${query}`, args) as T
  }

  powers(): Partial<Record<Name, number>> {
    const set = this.ask<{ owner: string; power: number }[]>('validators')
    const names = Object.keys(who) as Name[]
    return Object.fromEntries(
      names.flatMap(name => {
        const power = set.filter(({ owner }) => owner === who[name].did).reduce((sum, one) => sum + one.power, 0)
        return power > 0 ? [[name, power]] : []
      }),
    )
  }

  tx(name: Name, type: string, body: Record<string, unknown>) {
    return tx(who[name], type, body, this.timeMs)
  }
}
