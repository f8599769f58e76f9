import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodePorts, type SessionEvent } from '@conet/client'
import { parseStatement } from '@conet/core/rounds'
import type { Did } from '@conet/core/units'
import { decodeEnvelope } from '@conet/core/wire'
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

/**
 * How many sessions of each provider this device disputed, as the evidence that it kept says. Whoever deletes a file forgives.
 * What is not evidence is passed over.
 */
export function disputesIn(home: string): ReadonlyMap<Did, number> {
  const folder = join(home, 'evidence')
  const disputes = new Map<Did, number>()
  for (const name of filesIn(folder)) {
    const provider = providerIn(join(folder, name))
    if (provider !== undefined) disputes.set(provider, (disputes.get(provider) ?? 0) + 1)
  }
  return disputes
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter(name => name.endsWith('.json'))
  } catch {
    // There was no dispute yet.
    return []
  }
}

function providerIn(path: string): Did | undefined {
  try {
    const { statement } = JSON.parse(readFileSync(path, 'utf8')) as { readonly statement?: unknown }
    const options = { sha256: nodePorts.sha256, kinds: ['conet-statement+jwt'], together: true } as const
    const envelope = decodeEnvelope(statement, options)
    const read = envelope.ok ? parseStatement(envelope.value.payload) : envelope
    return read.ok ? read.value.provider : undefined
  } catch {
    return undefined
  }
}
