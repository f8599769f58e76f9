import { ConetError } from '@conet/core/errors'
import Table from 'cli-table3'
import { createColors } from 'picocolors'

/** Where a command writes: results to `stdout`, everything that is only for people's eyes to `stderr`. */
export interface Streams {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean }
}

export interface Output {
  readonly json: boolean
  /** Prints the one result: `value` as JSON with `--json`, else `text()`. */
  result(value: unknown, text: () => string): void
  /** With `--json`: one line ahead of the result, for a program that uses the command while it runs; else silent. */
  ready(value: unknown): void
  /** A line of progress that stays; silent with `--json`. */
  note(text: string): void
  /** Replaces the last `step` line on a terminal, prints nothing where nobody watches. */
  step(text: string): void
  error(error: unknown): void
  table(head: readonly string[], rows: readonly (readonly string[])[]): string
  bold(text: string): string
  dim(text: string): string
}

/** JSON where bigints are decimal strings, as everywhere on our wire. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? item.toString() : item))
}

/** Makes the output of one run. Colour only on a terminal and never with `NO_COLOR`. */
export function createOutput(streams: Streams, json: boolean, env: NodeJS.ProcessEnv): Output {
  const colors = createColors(streams.stdout.isTTY === true && env.NO_COLOR === undefined)
  const watched = streams.stderr.isTTY === true && !json
  let open = false
  const closeStep = () => {
    if (open) streams.stderr.write('\r\u001b[2K')
    open = false
  }
  return {
    json,
    result: (value, text) => {
      closeStep()
      streams.stdout.write(`${json ? toJson(value) : text()}\n`)
    },
    ready: value => {
      if (json) streams.stdout.write(`${toJson(value)}\n`)
    },
    note: text => {
      closeStep()
      if (!json) streams.stderr.write(`${text}\n`)
    },
    step: text => {
      if (!watched) return
      streams.stderr.write(`\r\u001b[2K${text}`)
      open = true
    },
    error: error => {
      closeStep()
      if (json) streams.stdout.write(`${toJson({ ok: false, error: describe(error) })}\n`)
      else streams.stderr.write(`${colors.red('error')} ${describe(error).code}: ${describe(error).message}\n`)
    },
    table: (head, rows) => {
      const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } })
      for (const row of rows) table.push([...row])
      return table.toString()
    },
    bold: colors.bold,
    dim: colors.dim,
  }
}

function describe(error: unknown): { code: string; message: string; data?: unknown } {
  if (error instanceof ConetError) return { code: error.code, message: error.message, data: error.data }
  return { code: 'FAULT', message: error instanceof Error ? error.message : String(error) }
}

const CREDIT = 1_000_000n

/** Micro-credits as credits with up to six decimals, exact: `1500000n` → `1.5`. */
export function credits(amount: bigint | string): string {
  const value = BigInt(amount)
  const sign = value < 0n ? '-' : ''
  const size = value < 0n ? -value : value
  const fraction = (size % CREDIT).toString().padStart(6, '0').replace(/0+$/, '')
  return `${sign}${size / CREDIT}${fraction === '' ? '' : `.${fraction}`}`
}

/**
 * Reads an amount as people type it: credits with up to six decimals, e.g. `1.5`.
 *
 * @throws ConetError `AMOUNT_MALFORMED` for signs, exponents, more decimals, or nothing at all
 */
export function parseCredits(text: string): bigint {
  const parts = /^(\d{1,20})(?:\.(\d{1,6}))?$/.exec(text)
  if (parts === null)
    throw new ConetError(
      'AMOUNT_MALFORMED',
      `"${text}" is no amount: write credits such as 2 or 0.25 (at most six decimals)`,
    )
  return BigInt(parts[1] ?? '0') * CREDIT + BigInt((parts[2] ?? '').padEnd(6, '0'))
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** Bytes for people: `20971520` → `20.0 MiB`. */
export function humanBytes(bytes: number | bigint | string): string {
  let value = Number(bytes)
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}
