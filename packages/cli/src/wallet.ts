import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeApi, nodePorts, openOrCreateKeystore, type Wallet, walletFromSeed } from '@conet/client'
import { ConetError } from '@conet/core/errors'
import type { CommandContext } from './command.js'

/** The user's own key; made at first use, mode 0600, with `CONET_PASSPHRASE` encrypted. */
export function openWallet({ home, env }: CommandContext, api?: NodeApi): Wallet {
  const seed = openOrCreateKeystore(join(home, 'wallet.json'), env.CONET_PASSPHRASE)
  return walletFromSeed(seed, nodePorts, () => api?.clockOffsetMs ?? 0)
}

/** The API of the node that is asked. */
export function openApi({ node }: CommandContext, token?: string): NodeApi {
  return new NodeApi(node, { ports: nodePorts, ...(token === undefined ? {} : { token }) })
}

/**
 * The admin API of the own node.
 *
 * @throws ConetError `ADMIN_TOKEN_MISSING` if neither `CONET_ADMIN_TOKEN` nor the home folder has the token
 */
export function openAdminApi(context: CommandContext): NodeApi {
  const token = context.env.CONET_ADMIN_TOKEN ?? storedToken(context.home)
  if (token !== undefined) return openApi(context, token)
  throw new ConetError(
    'ADMIN_TOKEN_MISSING',
    `this asks the owner's side of a node: no admin token in ${context.home}; give --home of the node or CONET_ADMIN_TOKEN`,
  )
}

/** Whether the home folder or the environment gives the owner's side of a node. */
export function hasAdminToken({ env, home }: CommandContext): boolean {
  return (env.CONET_ADMIN_TOKEN ?? storedToken(home)) !== undefined
}

/** Where `init` puts what the node keeps. */
export function nodeFolder(home: string): string {
  return join(home, 'node')
}

function storedToken(home: string): string | undefined {
  for (const path of [join(nodeFolder(home), 'admin.token'), join(home, 'admin.token')]) {
    try {
      return readFileSync(path, 'utf8').trim()
    } catch {
      // Not this one.
    }
  }
  return undefined
}

/** Remembers which node the commands ask when `--node` is not given. */
export function rememberNode(home: string, url: string): void {
  writeFileSync(join(home, 'node.url'), `${url}\n`)
}
