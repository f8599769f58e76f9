import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file (mode 0600) and waits until it is durable. `wx` refuses one that is there.
 *
 * @throws what the file system says, after which the file may hold a part
 */
export function writeDurably(path: string, text: string, flag: 'w' | 'wx'): void {
  const file = openSync(path, flag, 0o600)
  try {
    // Not writeSync: a nearly full disk writes a part and calls that no error.
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Replaces a file (mode 0600): a crash or a full disk leaves the old content or the new one, never a part of either. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.new`
  try {
    writeDurably(temporary, text, 'w')
  } catch (error) {
    // A part of no use must not take the room that is left.
    rmSync(temporary, { force: true })
    throw error
  }
  renameSync(temporary, path)
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
