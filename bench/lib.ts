import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Shared by the benchmarks: progress on stderr, figures on stdout, the last line one JSON object. */

/**
 * Starts the same program again with flags of the JavaScript engine and ends with its exit code; returns only in the
 * program that has them.
 */
export async function relaunchWith(...flags: readonly string[]): Promise<void> {
  if (flags.every(flag => process.execArgv.includes(flag))) return
  const child = spawn(process.execPath, [...flags, ...process.argv.slice(1)], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  process.exit(typeof code === 'number' ? code : 1)
}

/** Progress for a person who waits; never on stdout. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Prints the figures as a table (unless `--json`), then as one JSON object: the last line of the output. */
export function printFigures(figures: Readonly<Record<string, number>>): void {
  const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]))
  if (!process.argv.includes('--json')) {
    for (const [name, value] of Object.entries(rounded)) process.stdout.write(`${name.padEnd(24)}${value}\n`)
  }
  process.stdout.write(`${JSON.stringify(rounded)}\n`)
}

/** Four significant digits: more would claim a precision that no run has. */
export function round(value: number): number {
  return Number(value.toPrecision(4))
}

/**
 * Value below which the share `q` of the samples lies (nearest rank).
 * @param samples - in any order; not changed
 * @param q - 0..1
 */
export function percentile(samples: readonly number[], q: number): number {
  if (samples.length === 0) return Number.NaN
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}

/** Value of `--name=N` or `--name N` on the command line. */
export function option(name: string, otherwise: number): number {
  const at = process.argv.findIndex(word => word === `--${name}` || word.startsWith(`--${name}=`))
  const word = process.argv[at]
  if (at < 0 || word === undefined) return otherwise
  const value = Number(word.includes('=') ? word.slice(word.indexOf('=') + 1) : process.argv[at + 1])
  if (!Number.isFinite(value)) throw new Error(`--${name} needs a number`)
  return value
}

/** Runs `work` and gives its duration in seconds. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
