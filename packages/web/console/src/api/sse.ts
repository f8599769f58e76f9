export interface SseMessage {
  readonly event: string
  readonly data: string
}

/** Longest line kept; a stream that never ends its line is not one of ours. */
const MAX_PENDING = 4_000_000

/**
 * Incremental reader of `text/event-stream` (WHATWG HTML 9.2.6): give it text as it arrives, it calls back per message.
 * Needed because EventSource cannot send the Authorization header.
 *
 * @throws RangeError if a message grows past 4,000,000 characters
 */
export function sseReader(onMessage: (message: SseMessage) => void): (chunk: string) => void {
  let pending = ''
  let event = ''
  let data: string[] = []
  const line = (text: string) => {
    if (text === '') {
      if (data.length > 0) onMessage({ event: event === '' ? 'message' : event, data: data.join('\n') })
      event = ''
      data = []
    } else if (text.startsWith('data:')) data.push(text.slice(text[5] === ' ' ? 6 : 5))
    else if (text.startsWith('event:')) event = text.slice(text[6] === ' ' ? 7 : 6)
  }
  return chunk => {
    pending += chunk
    // A trailing CR may be the first half of CRLF: wait for the next chunk.
    const held = pending.endsWith('\r') ? '\r' : ''
    const lines = pending.slice(0, pending.length - held.length).split(/\r\n|\n|\r/)
    pending = (lines.pop() ?? '') + held
    if (pending.length > MAX_PENDING) throw new RangeError('An event of the stream is too long')
    for (const text of lines) line(text)
  }
}
