import { expect, it } from 'vitest'
import { readEvents } from './sse.js'

const MAX_CHARS = 1_000

async function eventsOf(...chunks: readonly string[]): Promise<string[]> {
  const body = async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  const events: string[] = []
  for await (const event of readEvents(body(), MAX_CHARS)) events.push(event)
  return events
}

it('reads events however they are cut, without comments and other fields', async () => {
  const text = ': c\r\n\r\nid: 1\r\ndata: {"a":\r\ndata:1}\r\n\r\ndata: two\n\ndata: unfinished\n'
  expect(await eventsOf(text)).toEqual(['{"a":\n1}', 'two'])
  expect(await eventsOf(...text)).toEqual(['{"a":\n1}', 'two'])
})

it.each([
  ['one line', 'data: ', 'x'],
  ['endless lines of data', '', 'data:x\n'],
  ['endless comments', '', ': x\n'],
])('gives up an event that does not end: %s', async (_, start, part) => {
  await expect(eventsOf(start, ...Array<string>(MAX_CHARS).fill(part))).rejects.toMatchObject({
    code: 'BLOCK_MALFORMED',
  })
})

it('takes any number of events that are short enough', async () => {
  const long = 'x'.repeat(MAX_CHARS / 2)
  const events = Array<string>(10).fill(`: ${long}\n\ndata:${long.slice(6)}\n\n`)
  expect(await eventsOf(...events)).toHaveLength(10)
})
