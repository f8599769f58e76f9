/** An event longer than this is not a block of ours. */
const MAX_EVENT_CHARS = 64 * 1024 * 1024

/**
 * Reads the `data` of server-sent events (WHATWG HTML 9.2.6), one text per event; comments and other fields are skipped.
 * @throws Error if one event is longer than 64 Mi characters
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest: string[] = []
  let restChars = 0
  let data: string[] = []
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true })
    const lines = text.split('\n')
    for (const [i, part] of lines.entries()) {
      rest.push(part)
      restChars += part.length
      if (restChars > MAX_EVENT_CHARS) throw new Error('an event of the block stream is too long')
      if (i === lines.length - 1) break
      const line = rest.join('').replace(/\r$/, '')
      rest = []
      restChars = 0
      if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
      if (line !== '' || data.length === 0) continue
      yield data.join('\n')
      data = []
    }
  }
}
