import type { CommandContext } from '../command.js'
import { apply } from './apply.js'
import { create } from './create.js'
import { describe } from './describe.js'
import { join } from './join.js'
import { leave } from './leave.js'
import { members } from './members.js'
import { proposals } from './proposals.js'
import { propose } from './propose.js'
import { vote } from './vote.js'
import { withdraw } from './withdraw.js'

/** One task of the command: what stands behind its name on the command line. */
export type Task = (
  context: CommandContext,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
) => Promise<number> | number

/** The tasks, in the order of the help: a new one is a file and a line. */
export const TASKS: Readonly<Record<string, Task>> = {
  describe,
  create,
  join,
  members,
  proposals,
  propose,
  vote,
  withdraw,
  apply,
  leave,
}
