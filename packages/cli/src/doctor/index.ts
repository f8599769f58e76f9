import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { libsodium } from '@conet/engines/crypto'
import type { Config } from '@conet/node'
import { bad, type Check, good, look } from './check.js'
import { checkCometbft, checkProgram, describeGenesis } from './cometbft.js'

export type { Check } from './check.js'

/** Smallest version of Node that everything was tried on. */
const NODE_AT_LEAST = [20, 20] as const

/**
 * Looks at everything a node needs on this machine. Nothing is changed.
 *
 * @param config - what `conet up` would run with, `undefined` if there is no configuration yet
 * @param path - where the configuration is looked for
 */
export async function examine(config: Config | undefined, env: NodeJS.ProcessEnv, path: string): Promise<Check[]> {
  const general = [await look('node', describeNode), good('signatures', describeSignatures())]
  if (config === undefined) return [...general, noNode(path), optional(await checkProgram(env))]
  general.push(await look('data folder', () => describeFolder(config.dataDir)))
  if (config.ledger.engine !== 'cometbft') {
    // Without a name, the first start makes one.
    if (config.ledger.genesis !== undefined) general.push(await look('genesis', () => describeGenesis(config)))
    return general
  }
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

function noNode(path: string): Check {
  return bad('configuration', `there is no ${path}, so there is no node yet: make one with "conet init"`)
}

/** Before there is a node, nothing says that it will need CometBFT. */
function optional(check: Check): Check {
  return check.ok ? check : { ...check, detail: `${check.detail} (needed only where several owners order together)` }
}

function describeFolder(dir: string): string {
  const above = nearest(resolve(dir))
  if (!statSync(above).isDirectory()) throw new Error(`${above} is no folder: choose another dataDir (CONET_DATA_DIR)`)
  accessSync(above, constants.R_OK | constants.W_OK)
  return existsSync(dir) ? `${dir} can be written` : `${dir} is made at the first start`
}

/** The path itself or the first above it that is there. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path))
}
