import type { Genesis, Info, Proof, TxResult } from '@conet/core/ledger'
import type { CommittedBlock, Engine } from '@conet/engines'

/** An engine whose blocks are added by hand. */
export class MemoryEngine implements Engine {
  readonly name = 'memory'
  readonly genesis: Genesis = { lid: 'test', timeMs: 0, assets: [], accounts: [] }
  readonly submitted: string[] = []
  readonly answers = new Map<string, unknown>()
  readonly #blocks: CommittedBlock[] = []
  readonly #waiting = new Set<() => void>()

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  add(block: CommittedBlock): void {
    this.#blocks.push(block)
    for (const wake of this.#waiting) wake()
  }

  info(): Info {
    const last = this.#blocks.at(-1)
    return { lid: 'test', height: last?.height ?? 0, timeMs: last?.timeMs ?? 0, appHash: last?.result.appHash ?? '' }
  }

  async submit(tx: string): Promise<TxResult> {
    this.submitted.push(tx)
    return { hash: 'ab'.repeat(32), code: tx === 'poor' ? 'BALANCE_SHORT' : 'OK', data: { available: 5n }, events: [] }
  }

  query(name: string): unknown {
    return this.answers.get(name)
  }

  prove(key: string): Proof | undefined {
    return key === 'accounts/balance/a' ? { key, value: '1', index: 0, siblings: [], historyRoot: '' } : undefined
  }

  async block(height: number): Promise<CommittedBlock | undefined> {
    return this.#blocks[height - 1]
  }

  async *blocks(from: number, signal: AbortSignal): AsyncGenerator<CommittedBlock> {
    for (let height = from; !signal.aborted; ) {
      const block = this.#blocks[height - 1]
      if (block === undefined) await this.#change(signal)
      else {
        yield block
        height++
      }
    }
  }

  find(): undefined {
    return undefined
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake)
    })
  }
}
