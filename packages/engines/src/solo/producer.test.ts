import { decodeEnvelope, signEnvelope } from '@conet/core/wire'
import { expect, it } from 'vitest'
import { nodeSha256 } from '../crypto/index.js'
import { Submission } from '../intake/index.js'
import { openReplica } from '../replica/index.js'
import { TINY_GENESIS, tinyApplication, tinySigner, tinyTx } from '../testing/index.js'
import { Mempool } from './mempool.js'
import { Producer } from './producer.js'

it('runs scheduled work beside a flood of which no block keeps anything', async () => {
  let nowMs = 10_000
  const replica = await openReplica({ genesis: TINY_GENESIS, application: tinyApplication })
  const options = { replica, clock: () => nowMs, onResult: () => undefined, onFailure: undefined }
  const producer = new Producer({ ...options, mempool: new Mempool({ maxTxs: 10, maxBytes: 100_000 }) })
  producer.start()
  /** Answered in the middle of the block: whoever adds another one then leaves the producer no moment without any. */
  const add = (text: string, answered: (code: string) => void) => {
    const envelope = decodeEnvelope(text, { sha256: nodeSha256 })
    if (!envelope.ok) throw new Error(envelope.code)
    const submission = new Submission(
      text,
      result => answered(result.code),
      () => answered('FAILED'),
    )
    submission.envelope = envelope.value
    submission.publicKey = replica.app.signerKey(envelope.value)
    producer.add(submission, envelope.value.hash)
  }
  const alice = tinySigner('alice')
  const body = { key: 'due', value: 'x', dropAtMs: nowMs + 60_000 }
  expect(await new Promise(resolve => add(tinyTx(alice, 'due', body), resolve))).toBe('OK')

  nowMs += 60_000
  const { height } = replica.info()
  const codes = new Set<string>()
  const heights: number[] = []
  await new Promise<void>(resolve => {
    const next = () => {
      // Without a body: authentic, refused in the block, and left out of it.
      const text = signEnvelope('conet-tx+jwt', { lid: 'tiny', exp: 600, nonce: `${heights.length}` }, alice)
      add(text, code => {
        codes.add(code)
        heights.push(replica.info().height)
        if (heights.length < 100) next()
        else resolve()
      })
    }
    next()
  })
  expect([...codes]).toEqual(['PAYLOAD_MALFORMED'])
  // The block under way when the first is answered, and no other: nothing else is due.
  expect(heights.slice(0, 3)).toEqual([height, height + 1, height + 1])
  expect(heights.at(-1)).toBe(height + 1)
  expect(replica.app.query('tiny/get', { key: 'due' })).toBeUndefined()
  await producer.stop()
  await replica.close()
})
