import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { Bytes } from '@conet/core/units'

/** What the device's link carried since it was looked at first. */
export interface LinkCount {
  readonly up: Bytes
  readonly down: Bytes
}

/**
 * The device's own count where a gateway lets all of it through: what the interface that leads there has carried, frames of any kind.
 * Linux alone tells it.
 *
 * @param host - the gateway's
 * @returns a reader, or `undefined` where the system does not tell
 */
export async function linkCount(host: string): Promise<(() => LinkCount) | undefined> {
  const name = await interfaceTo(host).catch(() => undefined)
  if (name === undefined) return undefined
  const first = read(name)
  if (first === undefined) return undefined
  let last = first
  return () => {
    // An interface that is gone, or began anew, says nothing of what it carried.
    const now = read(name) ?? last
    if (now.up >= last.up && now.down >= last.down) last = now
    return { up: last.up - first.up, down: last.down - first.down }
  }
}

/** No packet leaves: connecting a datagram socket only asks the system for the way. */
async function interfaceTo(host: string): Promise<string | undefined> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.connect(9, host, resolve)
    })
    const { address } = socket.address()
    const found = Object.entries(networkInterfaces()).find(([, list]) => list?.some(one => one.address === address))
    return found?.[0]
  } finally {
    socket.close()
  }
}

function read(name: string): LinkCount | undefined {
  const of = (file: string) => BigInt(readFileSync(`/sys/class/net/${name}/statistics/${file}`, 'utf8').trim())
  try {
    return { up: of('tx_bytes'), down: of('rx_bytes') }
  } catch {
    return undefined
  }
}
