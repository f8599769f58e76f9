import type { Duplex } from 'node:stream'
import type { ChunkReader } from './reader.js'
import type { Target } from './target.js'

/** What a dial gets besides the target. */
export interface DialRequest {
  /** Aborted when the client goes away, the session ends, or the time for connecting is over. */
  readonly signal: AbortSignal
  /** May be attached to a plain socket for speed; a dial that cannot simply leaves it alone. */
  readonly reader?: ChunkReader | undefined
}

/**
 * Opens a byte stream to a target: directly, or through the next relay.
 *
 * @throws DialError with a code of the closed set; any other error is told to the client as `UPSTREAM_FAILED`
 */
export type Dial = (target: Target, request: DialRequest) => Promise<Duplex>
