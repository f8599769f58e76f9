import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
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
    const dir = resolve(folder ?? `${nodeFolder(home)}/ledger`)
    if (!existsSync(dir))
      throw new ConetError('LEDGER_MISSING', `there is no ledger at ${dir}: give the folder that holds the block log`)
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

function describe({ difference, droppedBytes, height, txs, appHash }: VerifyReport): string[] {
  const dropped = `${droppedBytes} bytes behind the last good block were left out: a write that was not finished`
  return [
    difference === undefined
      ? `good: ${height} blocks and ${txs} transactions replay to app hash ${appHash}`
      : `block ${difference.height} differs (${difference.reason}): ${difference.detail}`,
    ...(droppedBytes > 0 ? [difference === undefined ? dropped : dropped.replace(/:.*/, '')] : []),
  ]
}
