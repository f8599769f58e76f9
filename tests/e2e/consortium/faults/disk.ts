import { appendFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../program.js'
import type { FaultRule, Scene } from './fault.js'

/** The disk of this one node is full to the last byte: it holds back nobody, and goes on when there is room. */
export const disk: FaultRule = {
  away: true,
  async begin(scene) {
    const ballast = join(inside(scene), 'ballast')
    fill(ballast)
    const { member, books } = scene
    await until(async () => !(await member.healthy()), 60_000).catch(() =>
      books.blame(`${member.name} calls itself well with a full disk`),
    )
    return async () => {
      rmSync(ballast)
      await until(() => member.healthy(), 120_000)
    }
  },
}

/** The node's ledger on the disk that only it has. */
function inside({ member }: Scene): string {
  const folder = `/proc/${member.pid}/root${member.place.data}/ledger`
  if (!existsSync(folder)) throw new Error(`${folder}: the private disk of ${member.name} cannot be reached from here`)
  return folder
}

function fill(file: string): void {
  for (const size of [2 ** 20, 2 ** 14, 512]) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size, 1))
    } catch {
      // No room for a piece of this size.
    }
  }
}
