import type { Lab } from '@conet/gateway/nftables/testing'
import { ORIGIN, saying } from '@conet/gateway/nftables/testing'

/** What `iperf3` says of one run. */
export interface Traffic {
  readonly bytes: number
  readonly packets: number
  readonly bitsPerSecond: number
}

export const IPERF_PORT = 5_201

export async function serveIperf(lab: Lab): Promise<void> {
  await saying(lab.start('origin', 'iperf3', ['-s', '-p', String(IPERF_PORT), '--forceflush']), 'stdout', 'listening')
}

/** Sends from a client to the origin; `words` are options of iperf3. */
export function send(lab: Lab, client: string, words: string): Traffic {
  const text = lab.in('client', `iperf3 -J -c ${ORIGIN.four} -p ${IPERF_PORT} -B ${client} ${words}`)
  const { end } = JSON.parse(text) as { end: Readonly<Record<string, Readonly<Record<string, number>>>> }
  const sum = end.sum_sent ?? end.sum ?? {}
  const received = end.sum_received ?? {}
  return {
    bytes: sum.bytes ?? Number.NaN,
    packets: end.sum?.packets ?? 0,
    bitsPerSecond: received.bits_per_second ?? sum.bits_per_second ?? Number.NaN,
  }
}
