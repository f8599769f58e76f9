import type { Neighbour } from '@conet/client/chain'
import type { Hours } from '@conet/core/carry'
import { ConetError } from '@conet/core/errors'

/** Reads `HOST:PORT` or `[IPV6]:PORT`, with a zone for link-local addresses. @throws ConetError `USAGE` */
export function parseNeighbour(text: string): Neighbour {
  const parts = /^(?:\[([0-9a-fA-F:.]+(?:%[A-Za-z0-9._-]+)?)\]|([A-Za-z0-9._-]{1,253})):(\d{1,5})$/.exec(text)
  const port = Number(parts?.[3])
  if (parts === null || port > 65_535) {
    const example = '192.168.7.1:8651 or [fe80::1%wlan0]:8651'
    throw new ConetError('USAGE', `"${text}" is no address: write HOST:PORT such as ${example}`)
  }
  return { host: parts[1] ?? parts[2] ?? '', port }
}

/** Reads `22:00-06:30`. @throws ConetError `USAGE` */
export function parseHours(text: string): Hours {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (parts === null) throw new ConetError('USAGE', `"${text}" is no span of hours: write 22:00-06:30`)
  if (parts[0].slice(0, 5) === parts[0].slice(6)) {
    throw new ConetError('USAGE', `"${text}" is an empty span: leave --hours away to carry at any hour`)
  }
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = parts.slice(1).map(Number)
  return { fromMinute: fromHour * 60 + fromMinute, toMinute: toHour * 60 + toMinute }
}
