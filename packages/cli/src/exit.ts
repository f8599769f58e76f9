import { ConetError } from '@conet/core/errors'

/** Exit codes of every command; scripts may rely on them. */
export const EXIT = {
  ok: 0,
  /** Something failed that no other code names. */
  failed: 1,
  /** The command line was wrong. */
  usage: 2,
  /** A ledger, provider or policy said no; the error's code tells why. */
  refused: 3,
  /** Nobody answered, or it may work later. */
  unreachable: 4,
  /** The program behind `--` is there but may not be run, as shells say it. */
  notExecutable: 126,
  /** The program behind `--` could not be started, as shells say it. */
  notRun: 127,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const

/** What was typed is wrong, whatever the node would say. */
const USAGE_CODES: readonly string[] = ['USAGE', 'AMOUNT_MALFORMED', 'DID_MALFORMED']

/** Chooses the exit code for a failure. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof ConetError)) return EXIT.failed
  if (USAGE_CODES.includes(error.code)) return EXIT.usage
  if (error.code === 'PROGRAM_NOT_EXECUTABLE') return EXIT.notExecutable
  if (error.code === 'PROGRAM_FAILED') return EXIT.notRun
  if (error.verdict === 'retry') return EXIT.unreachable
  return EXIT.refused
}
