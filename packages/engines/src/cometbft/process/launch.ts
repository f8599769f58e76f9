import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * The heap of CometBFT is a few tens of megabytes and full of short-lived messages: with Go's own setting it is collected
 * many times a second. Four times as much garbage costs memory that a validator has.
 */
const GOGC = '400'
/**
 * How late the kernel may wake it, in nanoseconds. A thread of Go's runtime looks around every 20 µs as long as anything
 * happened in the last millisecond, which at a validator is always: a sixth of what CometBFT spends. With 2 ms it looks
 * that seldom. What CometBFT itself is set to wait for is 25 ms and more. Only a process may do so to itself without
 * privileges, so a shell does and becomes CometBFT; elsewhere than on Linux it has no effect.
 */
const TIMER_SLACK_NS = 2_000_000
const SHELL = '/bin/sh'
const LAUNCH = `{ echo ${TIMER_SLACK_NS} > /proc/self/timerslack_ns; } 2> /dev/null; exec "$0" "$@"`

/**
 * Starts CometBFT in the node's own environment, with settings of Go's runtime that nobody has chosen.
 *
 * @param binary - exists; otherwise the child ends with code 127, or says `error` where there is no shell
 * @returns the child, whose process id is that of CometBFT
 */
export function launch(binary: string, args: readonly string[], stdio: StdioOptions): ChildProcess {
  const options = { stdio, env: { GOGC, ...process.env } }
  return existsSync(SHELL) ? spawn(SHELL, ['-c', LAUNCH, binary, ...args], options) : spawn(binary, args, options)
}
