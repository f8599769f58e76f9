import { type DestinationStream, type LevelWithSilent, type Logger as PinoLogger, pino } from 'pino'

export type LogLevel = LevelWithSilent

/** What every room of the node logs through. */
export type Logger = PinoLogger

const SECRETS = ['passphrase', 'password', 'token', 'seed', 'secret', 'authorization', 'cookie']

/**
 * Makes the node's logger: one JSON object per line. Members whose names say "secret" are blacked out wherever they stand
 * up to the third level, so that logging a whole request or grant cannot leak one.
 *
 * @param destination - standard output by default
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const paths = SECRETS.flatMap(name => [name, `*.${name}`, `*.*.${name}`])
  const options = { level, base: {}, redact: { paths, censor: '[secret]' }, serializers: { bigint: String } }
  return destination === undefined ? pino(options) : pino(options, destination)
}
