import { spawn } from 'node:child_process'
import { ConetError } from '@conet/core/errors'

/** How `nft` ended. */
interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Finds `nft` where a service's short PATH misses it. */
export const NFT_PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`

function run(args: readonly string[], input: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('nft', args, { stdio: 'pipe', env: { ...process.env, PATH: NFT_PATH } })
    let [out, err] = ['', '']
    child.stdout.on('data', chunk => (out += chunk))
    child.stderr.on('data', chunk => (err += chunk))
    child.on('error', reject)
    child.on('close', code => resolve({ code, out, err }))
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/**
 * Runs `nft` once.
 *
 * @returns what it printed
 * @throws ConetError `NFT_MISSING`, `NOT_PERMITTED`, `KERNEL_REFUSED` with its first line of complaint
 */
export async function nft(args: readonly string[], input = ''): Promise<string> {
  let ended: Ended
  try {
    ended = await run(args, input)
  } catch (cause) {
    throw new ConetError('NFT_MISSING', 'the program nft cannot be started: install the package nftables', { cause })
  }
  if (ended.code === 0) return ended.out
  throw refused(ended.err.split('\n')[0] ?? '')
}

/** Runs a transaction given as text: all of it or nothing. */
export async function nftText(text: string): Promise<void> {
  await nft(['-f', '-'], text)
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
