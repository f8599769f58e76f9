import { engineError } from '../codes.js'

/** An event longer than this is not a block of ours. */
const MAX_EVENT_CHARS = 64 * 1024 * 1024

/**
 * Reads the `data` of server-sent events (WHATWG HTML 9.2.6), one text per event; comments and other fields are skipped.
 * @param maxChars - of one event, all its lines together
 * @throws ConetError `BLOCK_MALFORMED` if one event is longer
 */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
  maxChars: number = MAX_EVENT_CHARS,
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest: string[] = []
  let eventChars = 0
  let data: string[] = []
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true })
    const lines = text.split('\n')
    for (const [i, part] of lines.entries()) {
      rest.push(part)
      eventChars += part.length
      if (eventChars > maxChars) throw engineError('BLOCK_MALFORMED', 'An event of the block stream is too long.')
      if (i === lines.length - 1) break
      const line = rest.join('').replace(/\r$/, '')
      rest = []
      if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
      if (line !== '') continue
      if (data.length > 0) yield data.join('\n')
      eventChars = 0
      data = []
    }
  }
}
