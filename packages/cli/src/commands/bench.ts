import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConetError } from '@conet/core/errors'
import type { CliCommand } from '../command.js'

const FOLDER = fileURLToPath(new URL('../../../../bench/dist/', import.meta.url))

const SOURCES = fileURLToPath(new URL('../../../../bench/', import.meta.url))

/** A benchmark is a file of `bench/` and built; what it needs lies in a folder of its name or in `lib`. */
function names(): string[] {
  return readdirSync(SOURCES)
    .filter(file => file.endsWith('.ts') && file !== 'lib.ts')
    .map(file => basename(file, '.ts'))
    .filter(name => existsSync(join(FOLDER, `${name}.js`)))
    .sort()
}

export const bench: CliCommand = {
  name: 'bench',
  summary: 'run one benchmark with its control and the limit it is held against',
  examples: ['conet bench ledger', 'conet bench service-time --json'],
  configure: command => {
    command.argument('[name]', 'which benchmark; without it the list is printed')
  },
  run: async ({ out, signal }, [name]) => {
    if (name === undefined) {
      out.result({ benchmarks: names() }, () => names().join('\n'))
      return 0
    }
    if (!names().includes(name))
      throw new ConetError(
        'USAGE',
        `there is no benchmark "${name}": choose one of ${names().join(', ') || '(none built: npm run types)'}`,
      )
    const child = spawn(process.execPath, [join(FOLDER, `${name}.js`), ...(out.json ? ['--json'] : [])], {
      stdio: ['ignore', 'inherit', 'inherit'],
      signal,
    })
    return await new Promise<number>((done, fail) => {
      child.on('error', fail)
      child.on('exit', code => done(code ?? 1))
    })
  },
}
