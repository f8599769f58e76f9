import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { scratch } from './program.js'

/** A mount of a few MiB that only the test's own process tree sees; needs no root. */
function cannotMount(dir: string): string | undefined {
  try {
    execFileSync('unshare', ['-rm', 'sh', '-c', `mount -t tmpfs -o size=1m none ${dir}`], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error).trim()
  }
}

describe('a full disk', () => {
  const place = scratch()
  const small = join(place.dir, 'small')
  mkdirSync(small)
  const reason = process.platform === 'linux' ? cannotMount(small) : 'mount namespaces exist on Linux only'
  if (reason !== undefined) console.log(`SKIPPED: no private tmpfs: ${reason}`)
  afterAll(() => place.remove())

  it.skipIf(reason !== undefined)(
    'loses nothing that was acknowledged, says so, and goes on when there is room',
    async () => {
      const script = fileURLToPath(new URL('./disk-child.mjs', import.meta.url))
      const mount = 'mount -t tmpfs -o size=24m none "$1" && exec "$2" "$3" "$1"'
      const child = spawn('unshare', ['-rm', 'sh', '-c', mount, 'sh', small, process.execPath, script], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let [text, errors] = ['', '']
      child.stdout.on('data', chunk => (text += chunk))
      child.stderr.on('data', chunk => (errors += chunk))
      const code = await new Promise(done => child.once('exit', done))
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      const seen = JSON.parse(text)
      expect(seen.whileFull).toContain('DISK_FULL')
      expect(seen.whileFull).not.toContain('OK')
      expect(seen.healthyWhileFull).toBe(true)
      expect(seen.sentAgain).toBeGreaterThanOrEqual(5)
      expect(seen.acknowledged).toBeGreaterThanOrEqual(20 + seen.sentAgain)
      expect(seen.balance).toBe(String(seen.acknowledged))
      expect(seen.balanceAfterRestart).toBe(String(seen.acknowledged))
      expect(seen.verified).toBe(true)
    },
    90_000,
  )
})
