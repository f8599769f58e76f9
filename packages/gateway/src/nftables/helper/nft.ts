import { spawn } from 'node:child_process'
import { ConetError } from '@conet/core/errors'
import type { Millis } from '@conet/core/units'

/** How `nft` ended. */
interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Finds programs where a service's short PATH misses them. */
export const NFT_ENV = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` }
/** A run takes milliseconds, with tens of thousands of elements seconds: one that takes longer than this will not end. */
const LONGEST_RUN_MS: Millis = 30_000

function run(args: readonly string[], input: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('nft', args, { stdio: 'pipe', env: NFT_ENV, timeout: LONGEST_RUN_MS, killSignal: 'SIGKILL' })
    let [out, err] = ['', '']
    child.stdout.on('data', chunk => (out += chunk))
    child.stderr.on('data', chunk => (err += chunk))
    child.on('error', cause => reject(missingNft(cause)))
    child.on('close', (code, signal) => {
      if (signal === null) resolve({ code, out, err })
      else reject(lostNft(`ended by ${signal}`))
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/**
 * Runs `nft` once.
 *
 * @returns what it printed
 * @throws ConetError `NFT_MISSING`, `NFT_LOST`, `NOT_PERMITTED`, `KERNEL_REFUSED` with its first line of complaint
 */
export async function nft(args: readonly string[], input = ''): Promise<string> {
  const ended = await run(args, input)
  if (ended.code === 0) return ended.out
  throw refused(ended.err.split('\n')[0] ?? '')
}

/** Runs a transaction given as text: all of it or nothing. */
export async function nftText(text: string): Promise<void> {
  await nft(['-f', '-'], text)
}

/** The error for a program that cannot be started. */
export function missingNft(cause: Error): ConetError {
  return new ConetError('NFT_MISSING', 'the program nft cannot be started: install the package nftables', { cause })
}

/** The error for a run that was lost. */
export function lostNft(why: string): ConetError {
  const message = `the program nft was lost: ${why}; whether its change happened is not known, it is looked after: try again`
  return new ConetError('NFT_LOST', message, { verdict: 'retry', data: { why } })
}

/** The error for a line of complaint, or for an errno. */
export function refused(why: string, cause?: unknown): ConetError {
  if (/not permitted|EPERM/.test(why)) {
    const message = 'the kernel refuses changes of its rules: the helper needs the capability CAP_NET_ADMIN'
    return new ConetError('NOT_PERMITTED', message, { cause })
  }
  return new ConetError(
    'KERNEL_REFUSED',
    `the kernel refused a rule or an element: ${why}; check the kernel's nftables`,
    {
      data: { why },
      cause,
    },
  )
}
