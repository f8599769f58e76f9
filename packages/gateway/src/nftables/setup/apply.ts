import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConetError } from '@conet/core/errors'
import type { Command, Plan } from './plan.js'

/** How a set-up reaches the machine. */
export interface SetupPorts {
  /** Folder that stands for the root of the file system. */
  readonly root: string
  /** `false` leaves out what talks to the service manager. */
  readonly services: boolean
  readonly note?: (text: string) => void
}

/** What was there before, written before anything is changed. */
interface Journal {
  readonly files: readonly { readonly path: string; readonly text: string | null; readonly mode: number }[]
  /** Folders that did not exist, outermost first. */
  readonly folders: readonly string[]
  readonly sysctls: readonly (readonly [string, string])[]
  /** Commands that take steps back, in the order they must run; those after the files are back in `last`. */
  readonly undo: readonly (readonly string[])[]
  readonly last: readonly (readonly string[])[]
}

const journalAt = (root: string) => `${root}/etc/conet/gateway-setup.json`
const STEP_MS = 60_000

function run(words: readonly string[]): Promise<string | undefined> {
  return new Promise(resolve => {
    const [program = '', ...args] = words
    const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` }
    execFile(program, args, { timeout: STEP_MS, env }, (error, _out, complaint) =>
      resolve(error === null ? undefined : complaint.trim() || error.message),
    )
  })
}

function fileBefore(path: string) {
  return existsSync(path)
    ? { path, text: readFileSync(path, 'utf8'), mode: statSync(path).mode & 0o777 }
    : { path, text: null, mode: 0o644 }
}

function missingFolders(path: string): string[] {
  const folder = dirname(path)
  return existsSync(folder) ? [] : [...missingFolders(folder), folder]
}

/** @returns nothing for what this machine does not have, such as an interface that is not there yet */
function sysctlNow(name: string): (readonly [string, string])[] {
  const path = `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`
  return existsSync(path) ? [[name, readFileSync(path, 'utf8').trim()]] : []
}

/** What of a plan this machine needs. */
async function needed<T extends { readonly unless?: readonly string[] }>(all: readonly T[]): Promise<T[]> {
  const wanted: T[] = []
  for (const one of all) {
    if (one.unless === undefined || (await run(one.unless)) !== undefined) wanted.push(one)
  }
  return wanted
}

function journalOf(plan: Plan, steps: readonly Command[], root: string): Journal {
  const paths = [...plan.files.map(({ path }) => path), ...plan.keeps]
  const back = steps.toReversed().filter(({ undo }) => undo !== undefined)
  const words = (last: boolean) => back.filter(({ undoLast = false }) => undoLast === last).map(({ undo = [] }) => undo)
  return {
    files: paths.map(fileBefore),
    folders: [...new Set([...paths, journalAt(root)].flatMap(missingFolders))],
    sysctls: plan.sysctls.flatMap(sysctlNow),
    undo: words(false),
    last: words(true),
  }
}

/**
 * Carries a plan out. What was there is written down first; if a step fails, everything is taken back.
 *
 * @throws ConetError `SETUP_APPLIED`, `SETUP_FAILED` naming the step
 */
export async function applySetup(whole: Plan, ports: SetupPorts): Promise<void> {
  const path = journalAt(ports.root)
  if (existsSync(path)) {
    throw new ConetError('SETUP_APPLIED', `a set-up is in place (${path}): take it back with --undo first`, {})
  }
  const steps = await needed(whole.commands.filter(({ service }) => service !== true || ports.services))
  const plan = { ...whole, files: await needed(whole.files) }
  const journal = journalOf(plan, steps, ports.root)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify(journal), { mode: 0o600 })
  try {
    for (const { path: file, text, mode } of plan.files) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text, { mode })
      chmodSync(file, mode)
    }
    for (const { run: words } of steps) await step(words, ports)
  } catch (error) {
    await undoSetup(ports)
    throw error
  }
}

async function step(words: readonly string[], ports: SetupPorts): Promise<void> {
  ports.note?.(words.join(' '))
  const complaint = await run(words)
  if (complaint === undefined) return
  const name = words.join(' ')
  throw new ConetError('SETUP_FAILED', `"${name}" failed: ${complaint}; everything before it was undone`, {
    verdict: 'retry',
    data: { step: name, why: complaint },
  })
}

/**
 * Restores what was there before `applySetup`: files with their modes, kernel settings, addresses, tables, services.
 *
 * @returns complaints of steps that could not be taken back, such as an interface that is gone
 * @throws ConetError `SETUP_NOT_APPLIED`
 */
export async function undoSetup(ports: SetupPorts): Promise<string[]> {
  const path = journalAt(ports.root)
  if (!existsSync(path)) {
    throw new ConetError(
      'SETUP_NOT_APPLIED',
      `no set-up is in place (${path} is missing): there is nothing to undo`,
      {},
    )
  }
  const journal = JSON.parse(readFileSync(path, 'utf8')) as Journal
  const complaints: string[] = []
  const back = async (words: readonly string[]) => {
    ports.note?.(words.join(' '))
    const complaint = await run(words)
    if (complaint !== undefined) complaints.push(`${words.join(' ')}: ${complaint}`)
  }
  for (const words of journal.undo) await back(words)
  for (const [name, value] of journal.sysctls) await back(['sysctl', '-q', '-w', `${name}=${value}`])
  for (const { path: file, text, mode } of journal.files) {
    if (text === null) rmSync(file, { force: true })
    else {
      writeFileSync(file, text)
      chmodSync(file, mode)
    }
  }
  for (const words of journal.last) await back(words)
  rmSync(path)
  for (const folder of journal.folders.toReversed()) removeEmpty(folder)
  return complaints
}

/** Only if nobody else has put something there. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It is in use.
  }
}
