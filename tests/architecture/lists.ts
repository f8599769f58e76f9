/** The import order of the design, bottom first. A file may import from its own layer's room and from layers before it. */
export const LAYERS: readonly (readonly string[])[] = [
  ['packages/core/src/units/'],
  ['packages/core/src/errors/'],
  ['packages/core/src/wire/'],
  ['packages/core/src/identity/'],
  // The machine, then its modules; the composition list knows every module, hence the modules' room comes last of the two.
  ['packages/core/src/ledger/'],
  ['packages/core/src/services/'],
  ['packages/core/src/rounds/'],
  ['packages/core/src/pran/', 'packages/core/src/valuation/', 'packages/core/src/carry/'],
  ['packages/client/src/'],
  ['packages/engines/src/', 'packages/gateway/src/'],
  ['packages/node/src/', 'packages/sim/src/'],
  ['packages/cli/src/', 'packages/web/'],
]

export interface Ban {
  readonly what: string
  readonly pattern: RegExp
  readonly reason: string
}

export const BANS_IN_CORE: readonly Ban[] = [
  { what: 'a Node module', pattern: /from 'node:|import\('node:/, reason: 'core runs in a browser' },
  { what: 'the wall clock', pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, reason: 'time is passed in' },
  {
    what: 'randomness',
    pattern: /\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b/,
    reason: 'randomness is passed in',
  },
  {
    what: 'a timer',
    pattern: /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\(/,
    reason: 'drivers own timers',
  },
  { what: 'the process', pattern: /\bprocess\.|\bglobalThis\.process\b/, reason: 'the environment is passed in' },
  { what: 'Buffer', pattern: /\bBuffer\b/, reason: 'browsers have Uint8Array' },
  { what: 'the network', pattern: /\bfetch\(|\bWebSocket\b\(/, reason: 'the network is passed in' },
  { what: 'the console', pattern: /\bconsole\./, reason: 'core returns, it does not print' },
  { what: 'a floating-point parse', pattern: /\bparseFloat\b/, reason: 'money and counts are integers' },
  { what: 'locale order', pattern: /\blocaleCompare\b|\btoLocale[A-Z]/, reason: 'replicas must agree' },
]

export const ROOM_README: readonly string[] = ['Owns:', 'Does not own:', 'Source section:', 'Start reading at:']
