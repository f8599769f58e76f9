import { describe, expect, it } from 'vitest'
import { notTaken } from './not-taken.js'

describe('what CometBFT does not take', () => {
  it('is told as a full mempool, also while that checks anew what a block has left', () => {
    for (const why of [
      'mempool is full: number of txs 20000 (max: 20000), total txs bytes 7 (max: 33554432)',
      'mempool is still rechecking after a new committed block, so it is considered as full',
    ]) {
      expect(notTaken(why, 7)).toMatchObject({ code: 'MEMPOOL_FULL', data: { waiting: 7 } })
    }
  })

  it('is told as an engine out of reach for any other reason, and not at all if it is there already', () => {
    expect(notTaken('it is going down.', 0)).toMatchObject({ code: 'ENGINE_UNREACHABLE' })
    expect(notTaken('tx already exists in cache', 0)).toBeUndefined()
  })
})
