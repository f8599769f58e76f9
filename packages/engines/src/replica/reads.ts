import type { Application, Genesis, Info, Proof, TxResult } from '@conet/core/ledger'
import type { Hash } from '@conet/core/units'
import type { CommittedBlock } from '../contract.js'
import { Outcomes } from './outcomes.js'
import type { Replica } from './replica.js'

/** What an engine answers from its replica alone, whatever orders the blocks. */
export abstract class ReplicaReads {
  readonly genesis: Genesis
  protected readonly replica: Replica
  protected readonly app: Application
  protected readonly outcomes: Outcomes

  /** @param resultsKept - `find` answers for at least this many transactions, at most twice as many */
  constructor(replica: Replica, resultsKept: number) {
    this.replica = replica
    this.app = replica.app
    this.genesis = replica.genesis
    this.outcomes = new Outcomes(resultsKept)
  }

  info(): Info {
    return this.replica.info()
  }

  query(name: string, args: Readonly<Record<string, unknown>>): unknown {
    return this.app.query(name, args)
  }

  prove(key: string): Proof | undefined {
    return this.app.prove(key)
  }

  block(height: number): Promise<CommittedBlock | undefined> {
    return this.replica.feed.block(height)
  }

  blocks(from: number, signal: AbortSignal): AsyncIterable<CommittedBlock> {
    return this.replica.feed.blocks(from, signal)
  }

  find(hash: Hash): TxResult | undefined {
    return this.outcomes.get(hash)
  }
}
