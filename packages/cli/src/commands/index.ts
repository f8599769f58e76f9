import type { CliCommand } from '../command.js'
import { balance } from './balance.js'
import { bench } from './bench.js'
import { connect } from './connect.js'
import { consortium } from './consortium.js'
import { demo } from './demo.js'
import { doctor } from './doctor.js'
import { gateway } from './gateway.js'
import { init } from './init.js'
import { offers } from './offers.js'
import { radius } from './radius.js'
import { relay } from './relay.js'
import { sessions } from './sessions.js'
import { sim } from './sim.js'
import { transfer } from './transfer.js'
import { up } from './up.js'
import { value } from './value.js'
import { verify } from './verify.js'

/** Every command, in the order of the help. A new command is a file here and a line below. */
export const COMMANDS: readonly CliCommand[] = [
  demo,
  connect,
  offers,
  balance,
  transfer,
  init,
  up,
  consortium,
  doctor,
  relay,
  gateway,
  radius,
  sessions,
  verify,
  value,
  sim,
  bench,
]
