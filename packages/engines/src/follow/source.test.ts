import { expect, it } from 'vitest'
import { remoteLedger } from './source.js'

/** A node that answers everything with spaces, without end. */
function endless(): { readonly fetch: typeof fetch; readonly sent: () => number } {
  let sent = 0
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536).fill(0x20))
      },
    })
  return { fetch: async () => new Response(body()), sent: () => sent }
}

it('reads no answer without end', async () => {
  const { fetch, sent } = endless()
  const ledger = remoteLedger('http://192.0.2.1', fetch)
  const answer = ledger.submit('tx', '0'.repeat(64), new AbortController().signal)
  await expect(answer).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE', cause: expect.any(RangeError) })
  expect(sent()).toBeLessThan(2 * 1_048_576)
  await expect(ledger.genesis()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE', cause: expect.any(RangeError) })
})
