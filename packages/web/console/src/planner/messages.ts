import type { Frame, Scenario, SeedResult } from '@conet/sim'
import type { Trouble } from './trouble.js'

/** What the page asks of the worker that plays. */
export type Request =
  | { readonly kind: 'start'; readonly scenario: Scenario; readonly seed: number }
  | { readonly kind: 'step'; readonly count: number }

/** What it answers: one frame per request, the result after the last one, or what went wrong. */
export type Answer =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'done'; readonly frame: Frame | undefined; readonly result: SeedResult }
  | { readonly kind: 'failed'; readonly trouble: Trouble }
