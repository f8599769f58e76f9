import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cometbftKeys, findCometbft, freePort } from '@conet/engines/cometbft'
import { ownerOf, readOrCreateKeyFile } from '@conet/node'
import { Program } from '../consortium/program.js'
import { note } from '../lib.js'

/** Three validators beside the provider's own, and what the provider's node must be told to order with them. */

const LID = 'bench-service'
export const VALIDATORS = 4
const POWER = 10
const LOOPBACK = '127.0.0.1'
/** Micro-credits of the provider's owner, who funds the clients. */
const FUNDS = '1000000000000'

export interface Others {
  /** Members of the provider's configuration. */
  readonly config: { readonly dataDir: string; readonly ledger: object }
  end(): Promise<void>
}

/** Whether a consortium can be measured here; says why not. */
export async function hasCometbft(): Promise<boolean> {
  try {
    await findCometbft()
    return true
  } catch (error) {
    note(`SKIPPED: contract first on a consortium: ${error instanceof Error ? error.message : error}`)
    return false
  }
}

/** Starts them; they order as soon as the provider's node, the fourth or not, has joined. */
export async function startOthers(): Promise<Others> {
  const dir = mkdtempSync(join(tmpdir(), 'conet-bench-consortium-'))
  const places = await Promise.all(
    Array.from({ length: VALIDATORS }, async (_, i) => {
      const dataDir = join(dir, `v${i}`)
      const ledger = join(dataDir, 'ledger')
      mkdirSync(join(ledger, 'cometbft'), { recursive: true, mode: 0o700 })
      const { did } = ownerOf(readOrCreateKeyFile(join(dataDir, 'identity.key')), 'conet', LID)
      return { dataDir, ledger, did, port: await freePort(), ...(await cometbftKeys(join(ledger, 'cometbft'))) }
    }),
  )
  const peersOf = (own: string) =>
    places.filter(({ nodeId }) => nodeId !== own).map(({ nodeId, port }) => `${nodeId}@${LOOPBACK}:${port}`)
  const genesis = join(dir, 'genesis.json')
  writeFileSync(genesis, JSON.stringify(genesisOf(places)))
  const script = fileURLToPath(new URL('../consortium/validator.js', import.meta.url))
  const txs = join(dir, 'no-txs')
  writeFileSync(txs, '')
  const [own, ...others] = places
  if (own === undefined) throw new Error('a consortium needs a validator')
  const programs = others.map(({ ledger, port, nodeId }) => {
    const plan = { dir: ledger, genesis, txs, port, peers: peersOf(nodeId) }
    return new Program(process.execPath, [script, JSON.stringify(plan)], () => undefined)
  })
  const cometbft = { host: LOOPBACK, port: own.port, peers: peersOf(own.nodeId) }
  return {
    config: { dataDir: own.dataDir, ledger: { engine: 'cometbft', genesis, cometbft } },
    end: async () => {
      await Promise.all(programs.map(program => program.end()))
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function genesisOf(places: readonly { readonly did: string; readonly validatorKey: string }[]): object {
  const owner = places[0]?.did
  return {
    lid: LID,
    timeMs: Date.now(),
    assets: [{ id: 'credit', issuer: owner, decimals: 6 }],
    accounts: [{ owner, asset: 'credit', amount: FUNDS }],
    validators: places.map(({ did, validatorKey }) => ({ owner: did, publicKey: validatorKey, power: POWER })),
  }
}
