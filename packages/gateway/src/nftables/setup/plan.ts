import { debianPlan } from './debian.js'
import { openwrtPlan } from './openwrt.js'
import { checkSetup, type SetupSpec } from './spec.js'

export interface PlannedFile {
  readonly path: string
  readonly text: string
  readonly mode: number
  /** Not wanted here: if this succeeds, the file is left out. */
  readonly unless?: readonly string[]
}

/** One step, with what takes it back. */
export interface Command {
  readonly run: readonly string[]
  readonly undo?: readonly string[]
  /** Already so: if this succeeds, the step and its undoing are left out. */
  readonly unless?: readonly string[]
  /** Talks to the service manager, which containers and namespaces lack. */
  readonly service?: boolean
  /** Undone only when the files are back, such as a restart. */
  readonly undoLast?: boolean
}

/** Everything that will be done, in order: files first, then commands. */
export interface Plan {
  /** Packages that must be there. */
  readonly needs: readonly string[]
  readonly files: readonly PlannedFile[]
  /** Files that commands change: kept as they were. */
  readonly keeps: readonly string[]
  /** Kernel settings whose values are kept. */
  readonly sysctls: readonly string[]
  readonly commands: readonly Command[]
}

/**
 * Plans a set-up.
 *
 * @param root - folder that stands for the root of the file system, for tests and images
 * @throws ConetError `SETUP_INVALID`
 */
export function planSetup(spec: SetupSpec, root = ''): Plan {
  checkSetup(spec)
  const at = (path: string) => `${root}${path}`
  return spec.system === 'debian' ? debianPlan(spec, at) : openwrtPlan(spec, at)
}

/** The plan as people read it: exactly what would be written and run. */
export function planText({ needs, files, commands }: Plan): string {
  const but = (unless?: readonly string[]) => (unless === undefined ? '' : `   (unless: ${line(unless)})`)
  const written = files.map(
    ({ path, text, mode, unless }) => `write ${path} (mode ${mode.toString(8)})${but(unless)}\n${indented(text)}`,
  )
  const run = commands.map(({ run: words, unless }) => `run ${line(words)}${but(unless)}\n`)
  return [`needs the packages ${needs.join(', ')}\n`, ...written, run.join('')].join('\n')
}

const line = (words: readonly string[]) => words.map(quoted).join(' ')
const quoted = (word: string) => (/^[A-Za-z0-9_./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '    ')
}
