import { type LogFile, type LogFs, nodeFs } from '../replica/log/index.js'

/** What happens at the n-th operation that changes the disk (write, sync, truncate, folder sync), counted from 1. */
export interface Fault {
  readonly at: number
  /** `crash` writes the first `keepBytes` and fails everything from then on; the others fail while `lasts` says so. */
  readonly kind: 'crash' | 'full' | 'short' | 'io'
  readonly keepBytes?: number
  /** For `full` and `io`: how many operations fail; default 1. */
  readonly lasts?: number
}

/** The real file system with one planned fault. */
export interface FaultFs extends LogFs {
  /** Operations so far. */
  readonly operations: () => number
}

/** Wraps the real file system. */
export function faultFs(fault?: Fault): FaultFs {
  let count = 0
  let dead = false
  const next = () => {
    count += 1
    if (dead) throw new Error('the process is dead')
    return count
  }
  const strike = (n: number, canWrite: boolean): 'go' | 'short' | 'crash' => {
    if (fault === undefined || n < fault.at) return 'go'
    const within = n < fault.at + (fault.lasts ?? 1)
    if (!within) return 'go'
    if (fault.kind === 'crash') {
      dead = true
      if (canWrite) return 'crash'
      throw new Error('the process died')
    }
    if (fault.kind === 'full') throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    if (fault.kind === 'io') throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
    return 'short'
  }
  const wrap = (file: LogFile): LogFile => ({
    ...file,
    async write(data, position) {
      const outcome = strike(next(), true)
      if (outcome === 'go') return await file.write(data, position)
      const kept = data.subarray(0, Math.min(fault?.keepBytes ?? 1, data.byteLength))
      const written = kept.byteLength === 0 ? 0 : await file.write(kept, position)
      if (outcome === 'crash') throw new Error('the process died')
      return Math.max(1, written)
    },
    async sync() {
      strike(next(), false)
      await file.sync()
    },
    async truncate(length) {
      strike(next(), false)
      await file.truncate(length)
    },
  })
  return {
    ...nodeFs,
    operations: () => count,
    open: async path => wrap(await nodeFs.open(path)),
    async syncDir(dir) {
      strike(next(), false)
      await nodeFs.syncDir(dir)
    },
  }
}
