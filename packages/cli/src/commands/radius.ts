import { ConetError } from '@conet/core/errors'
import type { CliCommand } from '../command.js'
import { credential } from '../radius/credential.js'
import { files } from '../radius/files.js'

export const radius: CliCommand = {
  name: 'radius',
  summary: 'get on a network by 802.1X and pay its rounds, or make the files that join FreeRADIUS to the own node',
  examples: [
    'conet radius credential --interface wlan0',
    'conet radius credential --print --json',
    'conet radius files --private-key /etc/ssl/private/radius.key',
    'conet radius files --alone --out /etc/freeradius/conet --private-key radius.key',
  ],
  configure: command => {
    command
      .argument('<task>', 'credential (user name and password; then pays) or files (for FreeRADIUS)')
      .option('--offer <id>', 'credential: this offer; default: the first of the node')
      .option(
        '--interface <name>',
        'credential: what joins the network, to count its bytes; default: of the default route',
      )
      .option('--budget <credits>', 'credential: the most that may be spent')
      .option('--print', 'credential: only print it', false)
      .option('--config <file>', 'files: configuration of the node; default: config.yaml of the home folder')
      .option('--private-key <file>', 'files: key of the certificate')
      .option('--out <folder>', 'files: write them there')
      .option('--alone', 'files: a whole configuration, for a FreeRADIUS that does nothing else', false)
      .option('--user <name>', 'files: with --alone, the user FreeRADIUS drops to')
      .option('--listen <address>', 'files: where access points send to', '*')
      .option('--auth <port>', 'files: port for authentication', '1812')
      .option('--acct <port>', 'files: port for accounting', '1813')
  },
  run: async (context, [task], options) => {
    if (task === 'credential') return credential(context, options)
    if (task === 'files') return files(context, options)
    throw new ConetError('USAGE', `"${task ?? ''}" is no task of radius: use credential or files`)
  },
}
