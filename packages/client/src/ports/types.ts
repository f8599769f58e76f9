import type { KeySigner } from '@conet/core/identity'
import type { Millis, UnixMillis } from '@conet/core/units'
import type { Sha256, Verify } from '@conet/core/wire'

/** A two-way line of text frames. */
export interface Line {
  send(text: string): void
  close(): void
}

export interface LineHandlers {
  onOpen(): void
  onText(text: string): void
  /** Once, whoever closed it and also when it could not be opened. */
  onClose(): void
}

/** Everything a session needs from the world. */
export interface ClientPorts {
  /** Wall clock that never runs backwards within the process. */
  now(): UnixMillis
  /** @returns a function that takes the timer back */
  setTimer(delayMs: Millis, run: () => void): () => void
  /** Cryptographically random bytes. */
  random(length: number): Uint8Array
  readonly sha256: Sha256
  readonly verify: Verify
  signer(seed: Uint8Array): KeySigner
  fetch(url: string, init: RequestInit): Promise<Response>
  /** @param protocols - subprotocols, the best first */
  openLine(url: string, protocols: readonly string[], handlers: LineHandlers): Line
}
