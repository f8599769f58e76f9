import { ConetError } from '@conet/core/errors'
import type { CliCommand } from '../command.js'
import { TASKS } from '../consortium/index.js'

const collect = (value: string, before: readonly string[]) => [...before, value]

export const consortium: CliCommand = {
  name: 'consortium',
  summary: 'found a ledger with other owners, join it, and decide about it together',
  examples: [
    'conet consortium describe --lid valley --peer 192.0.2.7:26656 > rose-street.json',
    'conet consortium create --member rose-street.json --member campus.json --out genesis.json',
    'conet consortium join genesis.json --hash 5f1d… --member campus.json',
    'conet consortium members --json',
    'conet consortium propose admit did:conet:valley:Qm…',
    'conet consortium propose validator did:conet:valley:Qm… 8139770e… 10',
    'conet consortium propose params sessions graceMs=7200000',
    'conet consortium vote 7 yes',
  ],
  configure: command => {
    command
      .argument('<task>', Object.keys(TASKS).join(', '))
      .argument('[rest...]', 'what the task takes, as in the examples')
      .option('--lid <id>', 'describe: id of the ledger that will be founded')
      .option('--name <text>', 'describe: what others call this owner', 'my network')
      .option('--peer <host:port>', 'describe: where other members reach this node; without it, no validator')
      .option('--power <number>', 'describe: voting power to begin with', '10')
      .option('--member <file>', 'create, join: a description made by "describe"; repeat it', collect, [])
      .option('--add-to <file>', 'create: begin with this genesis and add members; it must not be in use yet')
      .option('--credits <amount>', 'create: credits that each owner begins with', '1000')
      .option('--out <file>', 'create: where to write the genesis', 'genesis.json')
      .option('--hash <hex>', 'join: the hash that the founders agreed on, as "create" printed it')
      .option(
        '--as <who>',
        'propose, vote, withdraw, apply, leave: sign as wallet or node; default: whichever is a member',
      )
  },
  run: async (context, [name = '', ...rest], options) => {
    const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined
    if (task !== undefined) return await task(context, rest, options)
    throw new ConetError('USAGE', `"${name}" is no task of consortium: use ${Object.keys(TASKS).join(', ')}`)
  },
}
