import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { nodeSha256, nodeVerify } from '@conet/engines'
import { type CarryEvent, type RelayHandle, type RelayOptions, startRelay } from '@conet/node/chain'
import type { CliCommand, CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import { credits, humanBytes } from '../output.js'
import {
  batteryPercent,
  DayCount,
  Earnings,
  interfaceAddresses,
  interfaceBytes,
  ledgerOf,
  limitsOf,
  numberOf,
  type Options,
  OwnTraffic,
  parseNeighbour,
  payeeOf,
  shareOf,
} from '../relay/index.js'
import { openApi, openWallet } from '../wallet.js'

const SETTLE_EVERY_MS = 60_000

export const relay: CliCommand = {
  name: 'relay',
  summary:
    'carry sealed traffic of terminals to the next relay or the exit, within your own limits, for a part of the pay',
  examples: [
    'conet relay --next 10.0.0.1:8650',
    'conet relay --next 10.0.0.1:8650 --share 10 --cap-gib 5 --min-battery 40 --hours 18:00-23:30',
    'conet relay --next 10.0.0.1:8650 --interface wlan0 --uplink-mbit 50',
    'conet relay --next 10.0.0.1:8650 --next 10.0.0.9:8651 --max-relays 2 --share 0',
  ],
  configure: command => {
    command
      .requiredOption('--next <host:port...>', 'relays and exits that legs may be passed on to')
      .option('--listen <host:port>', 'where terminals and other relays come in', '0.0.0.0:8651')
      .option('--share <percent>', 'your part of each payment', '10')
      .option('--payee <did>', 'who is paid; default: the wallet of this machine')
      .option('--max-relays <n>', 'relays on one path, this one included', '3')
      .option('--cap-gib <gib>', 'bytes carried from midnight to midnight', '10')
      .option('--min-battery <percent>', 'below this charge nothing is carried', '30')
      .option('--hours <from-to...>', 'only at these hours, such as 18:00-23:30')
      .option('--allow <did...>', 'only these terminals')
      .option('--deny <did...>', 'never these terminals')
      .option('--unpaid-mib <mib>', 'what is carried on trust', '32')
      .option('--interface <name>', 'network interface of the uplink: own traffic on it comes first')
      .option('--uplink-mbit <mbit>', 'what that uplink carries in all', '100')
  },
  run: async (context, _args, options) => {
    const { out } = context
    const neighbours = (options.next as readonly string[]).map(parseNeighbour)
    const wishes = wishesOf(context, options)
    const lid = await ledgerOf(neighbours)
    const earnings = new Earnings(join(context.home, 'relay', 'vouchers.json'))
    const day = new DayCount(join(context.home, 'relay', 'day.json'), Date.now)
    const handle = await startRelay({
      ...wishes,
      ...carrying(options, day),
      ...{ lid, next: neighbours },
      onEvent: event => tell(context, event, earnings),
    })
    out.note(`carrying for terminals on port ${handle.port}, ledger ${lid}   (Ctrl-C ends)`)
    if (out.json) out.result({ ok: true, port: handle.port, lid }, () => '')
    const timer = setInterval(() => {
      settle(context, earnings).catch(error => out.note(`not settled: ${(error as Error).message}`))
    }, SETTLE_EVERY_MS)
    await aborted(context.signal)
    clearInterval(timer)
    await end(context, { handle, earnings, day })
    return EXIT.ok
  },
}

/** What the command line says, checked before anybody is asked. */
function wishesOf(context: CommandContext, options: Options) {
  const payee = payeeOf(options)
  return {
    listen: parseNeighbour(String(options.listen)),
    did: openWallet(context).did,
    ...(payee === undefined ? {} : { payee }),
    shareBps: shareOf(options),
    limits: limitsOf(options),
  }
}

type Carrying = Omit<RelayOptions, 'lid' | 'next' | keyof ReturnType<typeof wishesOf>>

function carrying(options: Options, day: DayCount): Carrying {
  const own = ownFirst(options)
  return {
    ...{ sha256: nodeSha256, verify: nodeVerify, now: Date.now, monotonic: () => performance.now() },
    state: () => ({ batteryPercent: batteryPercent(), carriedToday: day.bytes, minuteOfDay: minuteOfDay(new Date()) }),
    allowance: own.allowance,
    onCarried: (bytes, addresses) => {
      own.carried(bytes, addresses)
      day.add(bytes)
    },
  }
}

interface OwnFirst {
  readonly allowance: RelayOptions['allowance']
  readonly carried: RelayOptions['onCarried']
}

function ownFirst(options: Options): OwnFirst {
  if (options.interface === undefined) return { allowance: () => Number.MAX_SAFE_INTEGER, carried: () => {} }
  const name = String(options.interface)
  if (interfaceBytes(name) === undefined) throw new ConetError('USAGE', `there is no network interface ${name}`)
  const own = new OwnTraffic({
    uplinkBytesPerSecond: (numberOf(options, 'uplinkMbit', 0.1, 1e6) * 1e6) / 8,
    floorBytesPerSecond: 0,
    passed: () => interfaceBytes(name) ?? 0,
    addresses: () => interfaceAddresses(name),
    monotonic: () => performance.now(),
  })
  return { allowance: () => own.allowance, carried: (bytes, addresses) => own.carried(bytes, addresses) }
}

function minuteOfDay(date: Date): number {
  return date.getHours() * 60 + date.getMinutes()
}

function tell({ out }: CommandContext, event: CarryEvent, earnings: Earnings): void {
  if (event.type === 'carrying') out.note(`carrying for ${event.terminal}, ${event.hops} hops to the exit`)
  if (event.type === 'refused') out.note(`refused: ${event.code}`)
  if (event.type === 'paid') {
    keep(out, () => earnings.keep(event.voucher))
    out.step(`earned ${credits(event.amount)} ${event.asset}`)
  }
  if (event.type === 'ended') {
    out.note(`ended (${event.code}): carried ${humanBytes(event.carried)}, earned ${credits(event.earned)}`)
  }
}

/** A full disk is no reason to stop carrying, but the owner must know. */
function keep(out: CommandContext['out'], write: () => void): void {
  try {
    write()
  } catch (error) {
    out.note(`a voucher could not be kept, it is lost when this ends: ${(error as Error).message}`)
  }
}

async function settle(context: CommandContext, earnings: Earnings): Promise<number> {
  const api = openApi(context)
  return earnings.settle(async voucher => (await api.submit(voucher)).code)
}

async function end(
  context: CommandContext,
  { handle, earnings, day }: { handle: RelayHandle; earnings: Earnings; day: DayCount },
): Promise<void> {
  await handle.stop()
  day.write()
  const settled = await settle(context, earnings)
  const left = earnings.open === 0 ? '' : `; ${earnings.open} vouchers wait for a node that answers`
  context.out.note(`carried ${humanBytes(day.bytes)} today, ${settled} sessions settled${left}`)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(done => {
    if (signal.aborted) return done()
    signal.addEventListener('abort', () => done(), { once: true })
  })
}
