import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { type VerifyReport, verifyLedger } from '@conet/engines'
import type { CliCommand } from '../command.js'
import { EXIT } from '../exit.js'
import { nodeFolder } from '../wallet.js'

export const verify: CliCommand = {
  name: 'verify',
  summary: 'replay a whole ledger from genesis, offline, and name the first block that differs',
  examples: ['conet verify', 'conet verify /var/lib/conet/ledger --json'],
  configure: command => {
    command.argument('[folder]', 'folder of the ledger; default: that of the own node')
  },
  run: async ({ out, home }, [folder]) => {
    const dir = resolve(folder || `${nodeFolder(home)}/ledger`)
    if (!isLedger(dir)) throw missing(dir)
    const report = await verifyLedger(
      { dir },
      {
        onProgress: ({ height, txs }) => {
          if (height % 16 === 0) out.step(`block ${height}, ${txs} transactions`)
        },
      },
    )
    out.result(report, () => describe(report).join('\n'))
    return report.ok ? EXIT.ok : EXIT.failed
  },
}

function isLedger(dir: string): boolean {
  // A node's folder has a genesis too. One of both is enough: a ledger that has lost its blocks is told what is wrong with it.
  return existsSync(join(dir, 'genesis.json')) && ['blocks', 'state'].some(name => existsSync(join(dir, name)))
}

/** Most often the home or the node's folder was given, and the ledger is inside. */
function missing(dir: string): ConetError {
  const inside = [join(dir, 'ledger'), join(nodeFolder(dir), 'ledger')].find(isLedger)
  const advice = inside ? `it is in ${inside}: give that` : 'give the one that holds genesis.json and blocks'
  return new ConetError('LEDGER_MISSING', `there is no ledger in the folder ${dir}: ${advice}`, { data: { dir } })
}

function describe({ difference, droppedBytes, height, txs, appHash }: VerifyReport): string[] {
  const dropped = `${droppedBytes} bytes behind the last good block were left out: a write that was not finished`
  return [
    difference === undefined
      ? `good: ${height} blocks and ${txs} transactions replay to app hash ${appHash}`
      : `block ${difference.height} differs (${difference.reason}): ${difference.detail}`,
    ...(droppedBytes > 0 ? [difference === undefined ? dropped : dropped.replace(/:.*/, '')] : []),
  ]
}
