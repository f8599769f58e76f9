import { parentPort } from 'node:worker_threads'
import { verifyPacked } from './batch.js'

/** What the pool sends; answers carry the same `id`. */
export interface VerifyRequest {
  readonly id: number
  readonly count: number
  readonly buffer: ArrayBuffer
}
export interface VerifyAnswer {
  readonly id: number
  readonly verdicts: Uint8Array
}

parentPort?.on('message', ({ id, count, buffer }: VerifyRequest) => {
  const verdicts = verifyPacked(buffer, count)
  const answer: VerifyAnswer = { id, verdicts }
  parentPort?.postMessage(answer, [verdicts.buffer as ArrayBuffer])
})
