import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { engineError } from '../../codes.js'

/** The line of releases whose messages and settings are the ones used here; 1.x was retracted. */
const SERIES = /^0\.39\.\d+/
/** What `scripts/install.sh` installs. */
export const COMETBFT_VERSION = '0.39.4'
const INSTALL = `Install it with "go install github.com/cometbft/cometbft/cmd/cometbft@v${COMETBFT_VERSION}" (Go 1.25 or later), or name its path in CONET_COMETBFT.`
const NAME = process.platform === 'win32' ? 'cometbft.exe' : 'cometbft'
const VERSION_MS = 10_000

/** The program with the version that it says it has. */
export interface CometbftBinary {
  readonly path: string
  readonly version: string
}

/**
 * Finds the program: the variable, then `.cache/bin` of the project, then `PATH`, then where Go installs.
 *
 * @throws ConetError `ENGINE_MISSING` with how to install it, also for another version
 */
export async function findCometbft(env: NodeJS.ProcessEnv = process.env): Promise<CometbftBinary> {
  const named = env.CONET_COMETBFT
  const path = named === undefined || named === '' ? places(env).find(isExecutable) : named
  if (path === undefined) throw engineError('ENGINE_MISSING', `CometBFT is not installed. ${INSTALL}`)
  const version = await versionOf(path)
  if (SERIES.test(version)) return { path, version }
  const message = `${path} is CometBFT ${version || 'of an unknown version'}, but 0.39 is needed. ${INSTALL}`
  throw engineError('ENGINE_MISSING', message, { path, version })
}

function places(env: NodeJS.ProcessEnv): string[] {
  const root = fileURLToPath(new URL('../../../../../', import.meta.url))
  const folders = [
    join(root, '.cache', 'bin'),
    ...(env.PATH ?? '').split(delimiter),
    env.GOBIN ?? '',
    env.GOPATH === undefined ? '' : join(env.GOPATH, 'bin'),
    join(homedir(), 'go', 'bin'),
  ]
  return folders.filter(folder => folder !== '').map(folder => join(folder, NAME))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function versionOf(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ['version'], { timeout: VERSION_MS })
    return stdout.trim()
  } catch (cause) {
    throw engineError('ENGINE_MISSING', `${path} does not run. ${INSTALL}`, { path }, cause)
  }
}
