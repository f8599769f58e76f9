import { accessSync, constants, existsSync } from 'node:fs'
import { libsodium } from '@conet/engines/crypto'
import type { Config } from '@conet/node'
import { type Check, good, look } from './check.js'
import { checkCometbft, checkProgram } from './cometbft.js'

export type { Check } from './check.js'

/** Smallest version of Node that everything was tried on. */
const NODE_AT_LEAST = [20, 20] as const

/**
 * Looks at everything a node needs on this machine. Nothing is changed.
 *
 * @param config - what `conet up` would run with, `undefined` if there is no configuration yet
 */
export async function examine(config: Config | undefined, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const general = [await look('node', describeNode), good('signatures', describeSignatures())]
  if (config === undefined) return [...general, await checkProgram(env)]
  general.push(await look('data folder', () => describeFolder(config.dataDir)))
  if (config.ledger.engine !== 'cometbft') return general
  return [...general, ...(await checkCometbft(config, env))]
}

function describeNode(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isNew = major > NODE_AT_LEAST[0] || (major === NODE_AT_LEAST[0] && minor >= NODE_AT_LEAST[1])
  if (!isNew) throw new Error(`${process.version} is too old: install ${NODE_AT_LEAST.join('.')} or later`)
  return process.version
}

function describeSignatures(): string {
  if (libsodium !== undefined) return 'by libsodium'
  return 'by OpenSSL, in twice the time: sodium-native has no build that runs on this system'
}

function describeFolder(dir: string): string {
  if (!existsSync(dir)) return `${dir} is made at the first start`
  accessSync(dir, constants.R_OK | constants.W_OK)
  return `${dir} can be written`
}
