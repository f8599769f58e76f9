import type { Application, StateStorage } from '@conet/core/ledger'
import type { UnixMillis } from '@conet/core/units'

/** Makes the machine over a storage; passed in so that the suite can drive a tiny one. */
export type ApplicationFactory = (storage: StateStorage) => Application

/** Milliseconds since the Unix epoch; `Date.now` unless a test says otherwise. */
export type Clock = () => UnixMillis
