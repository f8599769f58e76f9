import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { nodePorts, walletFromSeed } from '@conet/client'
import { Rpc } from '@conet/engines/cometbft'
import type { Member } from '../member.js'
import { ASSET, LID } from '../place.js'
import type { FaultRule, Scene } from './fault.js'

const EVERY_MS = 200

/**
 * A node that submits garbage: into its own engine, so that it comes to its peers by gossip if anything lets it, to the
 * API of every other node, and raw onto the port of every other engine. Nobody may take any of it, or fall over.
 */
export const garbage: FaultRule = {
  away: false,
  async begin(scene) {
    const ending = new AbortController()
    const going = pester(scene, ending.signal)
    return async () => {
      ending.abort()
      await going
      for (const other of scene.consortium.present) {
        if (!(await other.healthy())) scene.books.blame(`${other.name} is not well after garbage`)
      }
    }
  },
}

async function pester(scene: Scene, signal: AbortSignal): Promise<void> {
  const { consortium, member, books } = scene
  const rpc = new Rpc(join(member.engineHome, 'rpc.sock'))
  while (!signal.aborted) {
    const rubbish = texts()
    await rpc.broadcast(rubbish).catch(() => undefined)
    for (const other of consortium.present) {
      raw(consortium.wiring.reach(other.name))
      for (const text of rubbish) {
        if (await taken(other, text)) books.blame(`${other.name} accepted garbage: ${text.slice(0, 60)}`)
      }
    }
    await wait(EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
  rpc.close()
}

/** Nonsense, a forged signature, another ledger's transaction, one of somebody without money. */
function texts(): string[] {
  const nobody = walletFromSeed(randomBytes(32), nodePorts)
  const transfer = { to: nobody.did, asset: ASSET, amount: 1n }
  const poor = nobody.signTransfer(LID, transfer)
  const foreign = nobody.signTransfer('another-ledger', transfer)
  return [randomBytes(40).toString('base64url'), 'a.b.c', `${poor.slice(0, -4)}AAAA`, foreign, poor, poor.slice(1)]
}

async function taken(member: Member, tx: string): Promise<boolean> {
  try {
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tx }),
      signal: AbortSignal.timeout(5_000),
    }
    const response = await fetch(`${member.node.url}/v1/txs`, options)
    return response.ok && ((await response.json()) as { code: string }).code === 'OK'
  } catch {
    return false
  }
}

/** Bytes that are no handshake. */
function raw({ host, port }: { readonly host: string; readonly port: number }): void {
  const socket = connect(port, host, () => socket.end(randomBytes(2_000)))
  socket.on('error', () => undefined)
  socket.setTimeout(2_000, () => socket.destroy())
}
