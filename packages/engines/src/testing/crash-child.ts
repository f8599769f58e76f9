import { openSolo } from '../index.js'
import { tinyApplication } from './tiny-application.js'
import { TINY_GENESIS, tinySigner, tinyTx } from './tiny-signer.js'

/**
 * A process to be killed: submits without pause to the ledger in the folder of its first argument and prints the key of
 * each transaction once it was acknowledged. Its second argument makes the keys of this run unique.
 */
const [dir = '', run = ''] = process.argv.slice(2)
const engine = await openSolo({ dir, genesis: TINY_GENESIS, application: tinyApplication, segmentBytes: 20_000 })
await engine.start()
const signer = tinySigner('alice')

async function submitForever(lane: number): Promise<void> {
  for (let i = 0; ; i++) {
    const key = `${run}-${lane}-${i}`
    const result = await engine.submit(tinyTx(signer, key, { key, value: key }))
    if (result.code === 'OK') process.stdout.write(`${key}\n`)
  }
}
await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(submitForever))
