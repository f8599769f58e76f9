import { ConetError, InvariantError } from '@conet/core/errors'
import type {
  Application,
  Block,
  BlockResult,
  Genesis,
  Info,
  LedgerEvent,
  SignedTx,
  StateStorage,
  TxResult,
} from '@conet/core/ledger'
import type { Envelope } from '@conet/core/wire'
import { nodeSha256 } from '../crypto/index.js'

/** Body of its transactions: sets a value, optionally takes it away again at a block time, optionally is refused in the block. */
interface SetBody {
  readonly key: string
  readonly value: string
  readonly dropAtMs?: number
  readonly refuse?: boolean
}

const META = 'tiny/meta'
const sha256 = (text: string) => Buffer.from(nodeSha256(text)).toString('hex')

/**
 * A key-value machine with every habit of the real one that an engine can notice: refusals at the door and in the block,
 * scheduled work, an app hash that an empty block leaves alone, replay protection, state only in the storage.
 */
export function tinyApplication(storage: StateStorage): Application {
  const read = (): Info | undefined => {
    const text = storage.get(META)
    return text === undefined ? undefined : (JSON.parse(text) as Info)
  }
  let meta = read()
  let staged: { batch: Map<string, string | undefined>; meta: Info } | undefined
  const info = (): Info => {
    if (meta === undefined) throw new ConetError('NOT_INITIALISED', 'no genesis')
    const { lid, height, timeMs, appHash } = meta
    return { lid, height, timeMs, appHash }
  }

  const commit = (): Info => {
    if (staged === undefined) throw new ConetError('NOTHING_TO_COMMIT', 'nothing is staged')
    storage.write(staged.batch)
    meta = staged.meta
    staged = undefined
    return info()
  }
  const stage = (batch: Map<string, string | undefined>, next: Info) => {
    batch.set(META, JSON.stringify(next))
    staged = { batch, meta: next }
  }
  return {
    info,
    initGenesis(genesis: Genesis) {
      stage(new Map(), {
        lid: genesis.lid,
        height: 0,
        timeMs: genesis.timeMs,
        appHash: sha256(genesis.lid),
      })
      return commit()
    },
    check: tx => judge(storage, tx, true),
    signerKey: keyOf,
    prepareProposal: txs => txs.filter(tx => judge(storage, tx, true).code === 'OK'),
    processProposal: () => true,
    finalizeBlock(block) {
      const { height, timeMs, appHash, lid } = meta ?? fail()
      if (block.height !== height + 1 || block.timeMs < timeMs) throw new ConetError('BLOCK_OUT_OF_ORDER', 'order')
      const { batch, results, scheduled } = execute(storage, block)
      const changed = JSON.stringify([[...batch], results.map(result => result.code), scheduled])
      const next = batch.size + results.length === 0 ? appHash : sha256(appHash + changed)
      stage(batch, { lid, height: block.height, timeMs: block.timeMs, appHash: next })
      return { height: block.height, timeMs: block.timeMs, results, scheduled, appHash: next } satisfies BlockResult
    },
    commit,
    query(name, args) {
      if (name === 'machine/due') return firstDue(storage)
      if (name === 'tiny/get') return storage.get(`tiny/kv/${String(args.key)}`)
      throw new ConetError('QUERY_UNKNOWN', name)
    },
    prove: () => undefined,
    checkInvariants() {
      const broken = storage.get('tiny/kv/broken')
      if (broken !== undefined) throw new InvariantError('tiny/unbroken', broken)
    },
    snapshot: () => fail(),
    snapshotChunk: () => fail(),
    restore: () => fail(),
  }
}

function fail(): never {
  throw new Error('the tiny application does not do this')
}

/** `did:key:<hex of the key>#0`. */
function keyOf(envelope: Envelope): Uint8Array | undefined {
  const hex = /^did:key:([0-9a-f]{64})#/.exec(envelope.header.kid)?.[1]
  return hex === undefined ? undefined : Buffer.from(hex, 'hex')
}

function bodyOf(tx: SignedTx): SetBody {
  return tx.envelope.payload.body as SetBody
}

function judge(storage: StateStorage, tx: SignedTx, atTheDoor: boolean): TxResult {
  const { hash, payload } = tx.envelope
  const result = (code: string, data: TxResult['data'] = {}): TxResult => ({ hash, code, data, events: [] })
  if (tx.verifiedWith === undefined) return result('SIGNER_UNKNOWN')
  if (payload.body === undefined) return result('PAYLOAD_MALFORMED', { size: 7n })
  if (storage.get(`tiny/seen/${hash}`) !== undefined) return result('REPLAYED')
  if (bodyOf(tx).refuse === true && !atTheDoor) return result('TINY_REFUSED', { amount: 12n })
  return result('OK')
}

function execute(storage: StateStorage, block: Block) {
  const batch = new Map<string, string | undefined>()
  const scheduled: LedgerEvent[] = []
  for (const [due, key] of storage.range('tiny/due/', `tiny/due/${dueText(block.timeMs + 1)}`, 100)) {
    batch.set(due, undefined)
    batch.set(`tiny/kv/${key}`, undefined)
    scheduled.push({ type: 'tiny/dropped', key })
  }
  const results = block.txs.map(tx => {
    const result = judge(storage, tx, false)
    if (result.code !== 'OK') return result
    const { key, value, dropAtMs } = bodyOf(tx)
    batch.set(`tiny/kv/${key}`, value)
    batch.set(`tiny/seen/${tx.envelope.hash}`, '1')
    if (dropAtMs !== undefined) batch.set(`tiny/due/${dueText(dropAtMs)}/${key}`, key)
    return { ...result, events: [{ type: 'tiny/set', key, value }] }
  })
  return { batch, results, scheduled }
}

function dueText(timeMs: number): string {
  return String(timeMs).padStart(16, '0')
}

function firstDue(storage: StateStorage): number | undefined {
  for (const [key] of storage.range('tiny/due/', 'tiny/due/~', 1)) return Number(key.split('/')[2])
  return undefined
}
