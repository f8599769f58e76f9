import { spawn } from 'node:child_process'
import { KeyBook, NodeApi, nodePorts, signRequest, walletFromSeed } from '@conet/client'
import { sessionIdOf } from '@conet/core/rounds'
import { makeToken } from '@conet/gateway/radius'
import type { Ready } from './node.js'

export interface Credential {
  readonly user: string
  readonly password: string
  readonly station: string
}

/** Leaves `count` requests at the node, of one client that has money. */
export async function credentials({ url, token, offer: id }: Ready, count: number): Promise<readonly Credential[]> {
  const api = new NodeApi(url, { ports: nodePorts, token })
  const wallet = walletFromSeed(nodePorts.random(32), nodePorts)
  await api.post('/v1/wallet/transfer', { to: wallet.did, asset: 'credit', amount: '1000000000' })
  const [{ lid }, offer] = [await api.node(), await api.offer(id)]
  const options = { ports: nodePorts, wallet, api, keys: new KeyBook(api), lid, offer }
  const made: Credential[] = []
  for (let index = 0; index < count; index++) {
    const { request, sealed } = signRequest(options, 0, 600_000)
    await api.post('/v1/radius/credentials', { request: sealed.text })
    const user = sessionIdOf(sealed.hash)
    const scope = { lid, provider: offer.provider, sid: user }
    const password = makeToken(scope, request.exp, text => wallet.signer.sign(text))
    made.push({ user, password, station: `02-00-00-00-${hex(index >> 8)}-${hex(index & 0xff)}` })
  }
  return made
}

const hex = (value: number) => value.toString(16).padStart(2, '0')

/** Runs a program with text on its input; its output is not kept. @returns exit code */
export function pour(program: string, args: readonly string[], input = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] })
    child.once('error', reject)
    child.once('exit', code => resolve(code ?? -1))
    child.stdin.end(input)
  })
}

export const authLine = ({ user, password, station }: Credential) =>
  `User-Name = "${user}", User-Password = "${password}", Calling-Station-Id = "${station}"`

export const acctLine = ({ user, station }: Credential) =>
  `Acct-Status-Type = Interim-Update, Acct-Session-Id = "${user.slice(0, 8)}", User-Name = "${user}", ` +
  `Calling-Station-Id = "${station}", Acct-Input-Octets = 1000, Acct-Output-Octets = 9000, Acct-Session-Time = 60`
