import { readFile, unlink, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

/** An engine that was told to end has this long. */
const END_MS = 5_000
const LOOK_MS = 50

/** Notes who runs in this folder, for `endStale` after a crash of the node. */
export async function notePid(file: string, pid: number): Promise<void> {
  await writeFile(file, `${pid}\n`, { mode: 0o600 })
}

/** Forgets it after a clean end. */
export async function forgetPid(file: string): Promise<void> {
  await unlink(file).catch(() => {})
}

/**
 * Ends the engine that a killed node has left behind. Usually it has ended by itself, for it cannot live without its
 * application; one that was just starting waits for a new one, and would meet ours.
 *
 * @param home - stands on the command line of that process; another process of the same number is left alone
 */
export async function endStale(file: string, home: string): Promise<void> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''))
  if (!Number.isSafeInteger(pid) || pid <= 1 || !(await isEngine(pid, home))) return
  send(pid, 'SIGTERM')
  for (let waited = 0; waited < END_MS; waited += LOOK_MS) {
    if (!(await isEngine(pid, home))) return
    await pause(LOOK_MS)
  }
  send(pid, 'SIGKILL')
}

/** Only where the system tells the command line of a process; elsewhere the lock of the engine's database decides. */
async function isEngine(pid: number, home: string): Promise<boolean> {
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return words.split('\0').includes(home)
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
