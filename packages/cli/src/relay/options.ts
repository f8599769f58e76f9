import type { RelayLimits } from '@conet/core/carry'
import { ConetError } from '@conet/core/errors'
import { parseHours } from './parse.js'

const MIB = 1_048_576
const DID = /^did:[a-z0-9]+:[A-Za-z0-9._:-]{1,180}$/

export type Options = Readonly<Record<string, unknown>>

/**
 * A number that an option names.
 *
 * @param name - as the option parser calls it: `capGib` for `--cap-gib`
 * @throws ConetError `USAGE` outside `least`..`most`, and for a fraction where `whole` is wanted
 */
export function numberOf(options: Options, name: string, least: number, most: number, whole = false): number {
  const text = String(options[name])
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value
  const what = whole ? 'a whole number' : 'a number'
  throw new ConetError('USAGE', `${flag(name)} must be ${what} from ${least} to ${most}, not "${text}"`)
}

/** The part of each payment in basis points. @throws ConetError `USAGE` */
export function shareOf(options: Options): number {
  const bps = Math.round(numberOf(options, 'share', 0, 100) * 100)
  if (bps > 0 || Number(options.share) === 0) return bps
  throw new ConetError('USAGE', '--share must be 0, or 0.01 and more: shares are counted in hundredths of a percent')
}

/** Who is paid, if it is said. @throws ConetError `USAGE` */
export function payeeOf({ payee }: Options): string | undefined {
  if (payee === undefined || DID.test(String(payee))) return payee as string | undefined
  throw new ConetError('USAGE', `--payee must be a DID such as did:key:z6Mk…, not "${String(payee)}"`)
}

/** What the owner allows. @throws ConetError `USAGE` */
export function limitsOf(options: Options): RelayLimits {
  const list = (name: string) => (options[name] as readonly string[] | undefined) ?? []
  return {
    maxRelays: numberOf(options, 'maxRelays', 1, 7, true),
    minBatteryPercent: numberOf(options, 'minBattery', 0, 100),
    dataCapPerDay: BigInt(Math.round(numberOf(options, 'capGib', 0, 1e6) * 1_024)) * BigInt(MIB),
    hours: list('hours').map(parseHours),
    allowed: list('allow').map(terminal),
    denied: list('deny').map(terminal),
    maxChannels: 64,
    // With nothing on trust nobody could begin: the first voucher comes after the first bytes.
    unpaidBytes: BigInt(Math.round(numberOf(options, 'unpaidMib', 1, 1e6))) * BigInt(MIB),
  }
}

/** Terminals come with the key of their wallet, so another kind of DID would match nobody. */
function terminal(did: string): string {
  if (DID.test(did) && did.startsWith('did:key:')) return did
  throw new ConetError('USAGE', `"${did}" is no terminal: write its did:key:…, as its \`conet balance\` shows it`)
}

function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}
