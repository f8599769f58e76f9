import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { RefusalCode } from './codes.js'
import type { Flow } from './flow.js'
import { endToEnd, type Fields, hasBody, headSize, isDecoded } from './headers.js'
import type { AbsoluteTarget } from './target.js'

/** RFC 9110 section 7.6.3: a pseudonym suffices, and the owner's host name stays private. */
const VIA = '1.1 conet'

function addVia(fields: Fields): void {
  const via = fields.get('via')
  if (via === undefined) fields.set('via', { name: 'Via', values: [VIA] })
  else via.values.push(VIA)
}

function requestFields(target: AbsoluteTarget, incoming: IncomingMessage): Fields {
  const fields = endToEnd(incoming.rawHeaders)
  fields.set('host', { name: 'Host', values: [target.authority] })
  const cookie = fields.get('cookie')
  // Node sends several as one (RFC 6265 section 5.4 wants one); what is counted must be what is sent.
  if (cookie !== undefined) fields.set('cookie', { ...cookie, values: [cookie.values.join('; ')] })
  addVia(fields)
  return fields
}

function ask(flow: Flow, target: AbsoluteTarget, incoming: IncomingMessage, fields: Fields): ClientRequest {
  const { uplink } = flow
  const outgoing = httpRequest({
    method: incoming.method,
    path: target.path,
    setHost: false,
    // One connection per request: a pooled one could outlive the session that paid for it.
    createConnection: () => uplink,
  })
  // As on the client's side: the limit is in bytes, and no field is dropped in silence.
  outgoing.maxHeadersCount = 0
  for (const { name, values } of fields.values())
    outgoing.setHeader(name, values.length === 1 ? (values[0] ?? '') : values)
  if (incoming.headers['transfer-encoding'] !== undefined) outgoing.setHeader('Transfer-Encoding', 'chunked')
  // A client may wait for the answer to the head before it sends a byte of the body.
  if (hasBody(incoming)) outgoing.flushHeaders()
  return outgoing
}

function answer(flow: Flow, from: IncomingMessage, response: ServerResponse, fail: (code: RefusalCode) => void): void {
  const fields = endToEnd(from.rawHeaders)
  addVia(fields)
  // An answer that breaks off must not look complete to the client.
  from.once('close', () => {
    if (!from.complete) flow.cut()
  })
  const raw = [...fields.values()].flatMap(({ name, values }) => values.flatMap(value => [name, value]))
  flow.whenLet(headSize(`HTTP/1.1 ${from.statusCode} ${from.statusMessage}`, fields), 'down', () => {
    try {
      response.writeHead(from.statusCode ?? 502, from.statusMessage ?? '', raw)
      // Whoever waits for events sees at once that they will come.
      response.flushHeaders()
      flow.pump(from, response, 'down')
    } catch {
      fail('UPSTREAM_FAILED')
    }
  })
}

/**
 * Forwards one plain HTTP request and its answer, both streamed. The client's connection lives on for the next request.
 *
 * @param refuse - tells the client a code, as long as no answer has begun
 */
export function forward(
  flow: Flow,
  target: AbsoluteTarget,
  incoming: IncomingMessage,
  response: ServerResponse,
  refuse: (code: RefusalCode) => void,
): void {
  const fail = (code: RefusalCode) => {
    if (flow.ended) return
    if (response.headersSent) return flow.cut()
    flow.end()
    refuse(code)
  }
  // Without this an answer that never comes would end in a reset that says nothing.
  flow.onIdle = () => fail('CONNECT_TIMEOUT')
  response.once('close', () => (response.writableFinished ? flow.end() : flow.cut()))
  const fields = requestFields(target, incoming)
  // Heads are billed, so they wait for the quota like every other byte.
  flow.whenLet(headSize(`${incoming.method} ${target.path} HTTP/1.1`, fields), 'up', () => {
    try {
      const outgoing = ask(flow, target, incoming, fields)
      outgoing.on('error', () => fail('UPSTREAM_FAILED'))
      // Nothing that was forwarded asked for another protocol.
      outgoing.once('upgrade', () => fail('UPSTREAM_FAILED'))
      const up = flow.pump(incoming, outgoing, 'up')
      outgoing.once('response', from => {
        if (!isDecoded(from)) return fail('UPSTREAM_FAILED')
        // The origin has said all it will, maybe early; the client's next request stands behind the rest of this one.
        from.once('end', () => up.drop())
        answer(flow, from, response, fail)
      })
    } catch {
      // The parser lets characters through that the sender refuses: such a request cannot be repeated to anybody.
      fail('REQUEST_MALFORMED')
    }
  })
}
