import { readFileSync } from 'node:fs'
import { ConetError } from '@conet/core/errors'
import type { OwnCount } from '@conet/core/rounds'

/** Folder where Linux counts per interface. */
const COUNTERS = '/sys/class/net'

function counter(name: string, which: 'rx_bytes' | 'tx_bytes'): bigint {
  try {
    return BigInt(readFileSync(`${COUNTERS}/${name}/statistics/${which}`, 'utf8').trim())
  } catch (cause) {
    const message = `cannot count the bytes of interface ${name}: give --interface with the one that joins the network`
    throw new ConetError('INTERFACE_UNKNOWN', message, { cause, data: { interface: name } })
  }
}

/** The interface of the default route; `undefined` where there is none or Linux is not. */
export function defaultInterface(): string | undefined {
  try {
    const routes = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1)
    return routes.map(line => line.split('\t')).find(([, target]) => target === '00000000')?.[0]
  } catch {
    return undefined
  }
}

/**
 * The device's own count: all bytes of one interface since now. It is the count against which the provider's is held, so it must be
 * the interface that joins by 802.1X; packets of the kernel that went nowhere are few.
 *
 * @throws ConetError `INTERFACE_UNKNOWN`
 */
export function interfaceMeter(name: string): { read(): OwnCount } {
  if (!/^[A-Za-z0-9._@-]{1,15}$/.test(name))
    throw new ConetError('INTERFACE_UNKNOWN', `"${name}" is no name of an interface`, { data: { interface: name } })
  const [up, down] = [counter(name, 'tx_bytes'), counter(name, 'rx_bytes')]
  return {
    read: () => ({
      bytesUp: counter(name, 'tx_bytes') - up,
      bytesDown: counter(name, 'rx_bytes') - down,
      inFlight: 0n,
    }),
  }
}
