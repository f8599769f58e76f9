import { parentPort } from 'node:worker_threads'
import { verifyPacked } from './batch.js'

/** What the pool sends; answers come in the same order. */
export interface VerifyRequest {
  readonly count: number
  readonly buffer: ArrayBuffer
}
/** One byte per signature, 1 = valid. */
export type VerifyAnswer = Uint8Array

parentPort?.on('message', ({ count, buffer }: VerifyRequest) => {
  const verdicts: VerifyAnswer = verifyPacked(buffer, count)
  parentPort?.postMessage(verdicts, [verdicts.buffer as ArrayBuffer])
})
