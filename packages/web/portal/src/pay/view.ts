import type { Offer } from '@conet/client/api'
import { ConetError } from '@conet/core/errors'
import type { AccessPoint } from '@conet/core/rounds'
import type { Amount, Bytes, UnixMillis } from '@conet/core/units'
import type { Limits } from './budget.js'

export interface Problem {
  readonly code: string
  readonly message: string
}

/** Why a session ended: the protocol's reasons, and the page's own. */
export type Ending = { readonly reason: string; readonly paid: Amount; readonly rounds: number }

/** What the page shows of paying; replaced as a whole whenever something changed. */
export interface PayView {
  readonly phase: 'idle' | 'asking' | 'online' | 'stopping' | 'ended'
  readonly offer?: Offer
  readonly access?: AccessPoint
  readonly limits?: Limits
  readonly startedAt: UnixMillis
  /** Own clock: no byte passes after this unless the next round is paid. */
  readonly accessUntil: UnixMillis
  readonly paid: Amount
  readonly rounds: number
  /** As the gateway counted up to the last paid round. */
  readonly bytes: Bytes
  readonly lastHour: Amount
  /** Whether the gateway answers. */
  readonly reachable: boolean
  readonly problem?: Problem | undefined
  readonly ending?: Ending
}

export const IDLE: PayView = {
  phase: 'idle',
  startedAt: 0,
  accessUntil: 0,
  paid: 0n,
  rounds: 0,
  bytes: 0n,
  lastHour: 0n,
  reachable: true,
}

/** An error as the page shows it. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof ConetError) return { code: error.code, message: error.message }
  return { code: 'FAULT', message: error instanceof Error ? error.message : 'Something failed in this page.' }
}
