import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SimError } from '../codes.js'
import type { SeedResult } from '../play/index.js'
import { readText, writeWhole } from './files.js'

/** Results of single seeds in a batch's folder; what `--resume` goes on from. */
export interface SeedFiles {
  /** Results that are there already. @throws {SimError} `RESUME_MISMATCH` if they are of another scenario */
  kept(seeds: readonly number[]): SeedResult[]
  keep(result: SeedResult): void
  /** Forgets these seeds' results. */
  drop(seeds: readonly number[]): void
}

export function seedFiles(folder: string, scenarioHash: string): SeedFiles {
  const path = (seed: number) => join(folder, 'seeds', `seed-${String(seed).padStart(4, '0')}.json`)
  return {
    kept: seeds => seeds.filter(seed => existsSync(path(seed))).map(seed => read(path(seed), seed, scenarioHash)),
    keep: result => writeWhole(path(result.seed), `${JSON.stringify(result)}\n`),
    drop: seeds => {
      for (const seed of seeds) if (existsSync(path(seed))) rmSync(path(seed))
    },
  }
}

function read(path: string, seed: number, scenarioHash: string): SeedResult {
  const found = parse(path)
  if (found.version === 1 && found.seed === seed && found.scenarioHash === scenarioHash) return found as SeedResult
  throw new SimError(
    'RESUME_MISMATCH',
    `${path} is of another scenario or version: choose another folder, or run without --resume.`,
    { path },
  )
}

function parse(path: string): Partial<SeedResult> {
  try {
    return JSON.parse(readText(path)) as Partial<SeedResult>
  } catch (cause) {
    if (cause instanceof SimError) throw cause
    throw new SimError('RESUME_MISMATCH', `${path} is no result: remove it, or run without --resume.`, { path }, cause)
  }
}
