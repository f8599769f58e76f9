import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headLength, parseHead } from './head.js'
import { readWish } from './http.js'

const wish = (text: string) => {
  const head = parseHead(Buffer.from(text))
  return head === undefined ? undefined : readWish(head)
}

describe('proxy requests', () => {
  it.each([
    ['CONNECT example.com:443 HTTP/1.1', 'example.com:443'],
    ['CONNECT [2001:db8::1]:443 HTTP/1.1', '[2001:db8::1]:443'],
    ['GET http://example.com/ HTTP/1.1', 'example.com:80'],
    ['GET http://example.com:8080/a HTTP/1.0', 'example.com:8080'],
    ['GET http://[2001:db8::1]/ HTTP/1.1', '[2001:db8::1]:80'],
  ])('%s goes to %s', (line, target) => {
    expect(wish(`${line}\r\n\r\n`)?.target).toBe(target)
  })

  it.each([
    'GET / HTTP/1.1',
    'GET https://example.com/ HTTP/1.1',
    'GET http://user:secret@example.com/ HTTP/1.1',
    'CONNECT example.com HTTP/1.1',
    'CONNECT exa mple.com:1 HTTP/1.1',
    'GET http://example.com/ HTTP/2',
    'GET http://example.com/',
  ])('%s is refused', line => {
    expect(wish(`${line}\r\n\r\n`)).toBeUndefined()
  })

  it('keeps what an upgrade needs', () => {
    const { preamble } =
      wish('GET http://h/ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nProxy-Authorization: x\r\n\r\n') ??
      {}
    expect(preamble).toBe('GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  })

  it('never fails on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        const head = parseHead(Buffer.from(bytes))
        if (head !== undefined) readWish(head)
        headLength(Buffer.from(bytes))
      }),
    )
  })
})
