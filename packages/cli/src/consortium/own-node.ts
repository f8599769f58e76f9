import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig, type Owner, ownerOf, readOrCreateKeyFile, withPassphrase } from '@conet/node'
import type { CommandContext } from '../command.js'
import { nodeFolder } from '../wallet.js'

/** Where the own node keeps its things, as its configuration says. */
export interface OwnNode {
  readonly dataDir: string
  readonly keyFile: string
  readonly method: 'key' | 'conet'
  readonly passphrase: string | undefined
}

/** The own node, from `config.yaml` of the home folder, or as `init` would make it. */
export function ownNode({ home, env }: CommandContext): OwnNode {
  const path = join(home, 'config.yaml')
  if (!existsSync(path)) {
    const dataDir = nodeFolder(home)
    return { dataDir, keyFile: join(dataDir, 'identity.key'), method: 'conet', passphrase: env.CONET_PASSPHRASE }
  }
  const { dataDir, identity } = loadConfig(path, env)
  const passphrase = identity.passphraseEnv === undefined ? undefined : env[identity.passphraseEnv]
  return { dataDir, keyFile: join(dataDir, identity.keyFile), method: identity.method, passphrase }
}

/** The owner that the own node acts as on a ledger; its key is made if there is none. */
export function ownOwner({ keyFile, method, passphrase }: OwnNode, lid: string): Owner {
  return ownerOf(
    withPassphrase(passphrase, given => readOrCreateKeyFile(keyFile, given)),
    method,
    lid,
  )
}
