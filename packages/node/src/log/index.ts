import { type DestinationStream, type LevelWithSilent, type Logger as PinoLogger, pino } from 'pino'

/** Where lines go when nothing else is given. */
export type LogStream = 'stdout' | 'stderr'

export type LogLevel = LevelWithSilent

/** What every room of the node logs through. */
export type Logger = PinoLogger

const SECRETS = ['passphrase', 'password', 'token', 'seed', 'secret', 'authorization', 'cookie']

/**
 * Makes the node's logger: one JSON object per line. Members whose names say "secret" are blacked out wherever they stand
 * up to the third level, so that logging a whole request or grant cannot leak one.
 *
 * @param destination - standard output by default; `'stderr'` leaves standard output to the program's results
 */
export function createLogger(level: LogLevel, destination: DestinationStream | LogStream = 'stdout'): Logger {
  const paths = SECRETS.flatMap(name => [name, `*.${name}`, `*.*.${name}`])
  const options = { level, base: {}, redact: { paths, censor: '[secret]' }, serializers: { bigint: String } }
  if (destination === 'stdout') return pino(options)
  return pino(options, destination === 'stderr' ? pino.destination({ fd: 2, sync: true }) : destination)
}
