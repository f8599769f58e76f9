import { ConetError } from '../errors/index.js'
import type { Kind } from '../wire/index.js'
import type {
  EvidenceHandler,
  Invariant,
  Module,
  Query,
  ScheduledHandler,
  SignerKey,
  TakeValidatorUpdates,
  Transition,
} from './module.js'

/** All modules of a ledger, looked up by full name. */
export interface ModuleTable {
  readonly modules: readonly Module[]
  readonly byType: ReadonlyMap<string, Transition<never>>
  readonly byKind: ReadonlyMap<Kind, Transition<never>>
  readonly scheduled: ReadonlyMap<string, ScheduledHandler>
  readonly queries: ReadonlyMap<string, Query>
  readonly invariants: ReadonlyMap<string, Invariant>
  readonly signerKey: SignerKey
  readonly evidence: EvidenceHandler | undefined
  readonly validatorUpdates: TakeValidatorUpdates | undefined
}

/**
 * Joins module descriptors into one table.
 *
 * @throws {ConetError} `MODULES_UNSATISFIED` for a missing need, a name used twice, not exactly one `signerKey`, or two `evidence`
 */
export function moduleTable(modules: readonly Module[]): ModuleTable {
  const names = new Set(modules.map(module => module.name))
  if (names.size !== modules.length) throw unsatisfied('two modules have the same name')
  for (const { name, needs } of modules) {
    for (const need of needs)
      if (!names.has(need)) throw unsatisfied(`module ${name} needs ${need}, which is not in the list`)
  }
  const keys = modules.flatMap(module => (module.signerKey === undefined ? [] : [module.signerKey]))
  const [signerKey] = keys
  if (signerKey === undefined || keys.length > 1) throw unsatisfied('exactly one module must provide signerKey')
  const enveloped = modules.flatMap(module => named(module, m => m.transitions))
  return {
    modules,
    byType: new Map(enveloped.filter(([, transition]) => transition.kind === undefined)),
    byKind: kinds(enveloped.map(([, transition]) => transition)),
    scheduled: new Map(modules.flatMap(module => named(module, m => m.scheduled ?? {}))),
    queries: new Map(modules.flatMap(module => named(module, m => m.queries))),
    invariants: new Map(modules.flatMap(module => named(module, m => m.invariants))),
    signerKey,
    evidence: atMostOne(modules, module => module.evidence),
    validatorUpdates: atMostOne(modules, module => module.validatorUpdates),
  }
}

function atMostOne<T>(modules: readonly Module[], pick: (module: Module) => T | undefined): T | undefined {
  const [only, second] = modules.map(pick).filter(given => given !== undefined)
  if (second !== undefined) throw unsatisfied('two modules speak for the validators')
  return only
}

function named<T>(module: Module, pick: (module: Module) => Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(pick(module)).map(([verb, value]) => [`${module.name}/${verb}`, value])
}

function kinds(transitions: readonly Transition<never>[]): Map<Kind, Transition<never>> {
  const map = new Map<Kind, Transition<never>>()
  for (const transition of transitions) {
    if (transition.kind === undefined) continue
    if (map.has(transition.kind)) throw unsatisfied(`two transitions answer to ${transition.kind}`)
    map.set(transition.kind, transition)
  }
  return map
}

function unsatisfied(why: string): ConetError {
  return new ConetError('MODULES_UNSATISFIED', `the ledger's module list does not fit together: ${why}`)
}
