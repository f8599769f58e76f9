import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeApi, nodePorts, openOrCreateKeystore, type Wallet, walletFromSeed } from '@conet/client'
import { ConetError } from '@conet/core/errors'
import { withPassphrase } from '@conet/node'
import type { CommandContext } from './command.js'

/** The user's own key; made at first use, mode 0600, with `CONET_PASSPHRASE` encrypted. */
export function openWallet(context: CommandContext, api?: NodeApi): Wallet {
  return walletFromSeed(openSeed(context), nodePorts, () => api?.ledgerOffsetMs ?? 0)
}

/** The seed of the user's own key. @throws ConetError of the key, `FOLDER_UNUSABLE` */
export function openSeed({ home, env }: Pick<CommandContext, 'home' | 'env'>): Uint8Array {
  const open = (passphrase?: string) => openOrCreateKeystore(join(home, 'wallet.json'), passphrase)
  return inFolder(home, '--home', () => withPassphrase(env.CONET_PASSPHRASE, open))
}

/**
 * Does what needs a folder.
 *
 * @throws ConetError `FOLDER_UNUSABLE` if the system refuses; `option` is where another folder is named
 */
export function inFolder<T>(folder: string, option: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause
    const message = `cannot use the folder ${folder}: ${(cause as Error).message}; give another one with ${option}`
    throw new ConetError('FOLDER_UNUSABLE', message, { data: { folder }, cause })
  }
}

/** Whether a text can be the address of a node. */
export function isNodeUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

/** The API of the node that is asked. @throws ConetError `USAGE` if its address is none */
export function openApi({ node, home }: CommandContext, token?: string): NodeApi {
  if (!isNodeUrl(node))
    throw new ConetError(
      'USAGE',
      `"${node}" is no address of a node: give --node http://HOST:PORT (or CONET_NODE, or ${join(home, 'node.url')})`,
    )
  return new NodeApi(node, { ports: nodePorts, ...(token === undefined ? {} : { token }) })
}

/**
 * The admin API of the own node.
 *
 * @throws ConetError `ADMIN_TOKEN_MISSING` if neither `CONET_ADMIN_TOKEN` nor the home folder has the token
 */
export function openAdminApi(context: CommandContext): NodeApi {
  const token = context.env.CONET_ADMIN_TOKEN || storedToken(context.home)
  if (token !== undefined) return openApi(context, token)
  throw new ConetError(
    'ADMIN_TOKEN_MISSING',
    `this asks the owner's side of a node: no admin token in ${context.home}; give --home of the node or CONET_ADMIN_TOKEN`,
  )
}

/** Whether the home folder or the environment gives the owner's side of a node. */
export function hasAdminToken({ env, home }: CommandContext): boolean {
  return (env.CONET_ADMIN_TOKEN || storedToken(home)) !== undefined
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
