import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionEvent } from '@conet/client'
import { toJson } from './output.js'

/**
 * Keeps both counts of a dispute (RND-6): what the provider signed, what was promised, what this device counted.
 *
 * @returns path of the file, mode 0600
 */
export function keepEvidence(home: string, sid: string, evidence: Extract<SessionEvent, { type: 'evidence' }>): string {
  const folder = join(home, 'evidence')
  const path = join(folder, `${sid}.json`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(path, `${toJson({ sid, ...evidence })}\n`, { mode: 0o600 })
  return path
}
