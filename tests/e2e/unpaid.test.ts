import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HandSession } from './by-hand.js'
import { CUT_MS, FUNDS, NodeProcess, TERMS, visitor } from './network.js'
import { type Origin, startOrigin } from './origin.js'
import { scratch, until } from './program.js'

/** Pulls a slow answer through the gateway; says when its last byte came. */
function pull(session: HandSession, origin: Origin): { bytes: number; lastAt: number; over: boolean; head: string } {
  const { port, username, password } = session.grant.access
  const seen = { bytes: 0, lastAt: 0, over: false, head: '' }
  const credentials = Buffer.from(`${username}:${password}`).toString('base64')
  const socket = connect(port, '127.0.0.1', () =>
    socket.write(
      `GET ${origin.url}/bytes/8388608?seconds=60 HTTP/1.1\r\nHost: ${origin.authority}\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`,
    ),
  )
  socket.on('data', chunk => {
    if (seen.bytes === 0) seen.head = chunk.toString('latin1')
    seen.bytes += chunk.length
    seen.lastAt = Date.now()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    seen.over = true
  })
  return seen
}

describe('a client that does not pay', () => {
  const place = scratch()
  let origin: Origin
  let node: NodeProcess
  beforeAll(async () => {
    origin = await startOrigin()
    node = await NodeProcess.start(place.dir, { name: 'provider', egressAllow: [origin.authority] })
  })
  afterAll(async () => {
    await node?.running.end('SIGKILL')
    await origin.close()
    place.remove()
  })

  it('is cut by the end of its trial, and its flows are dead', async () => {
    const { wallet } = await visitor(place.dir, 'never', node)
    const asked = Date.now()
    const session = await HandSession.open(node, wallet)
    const flow = pull(session, origin)
    await until(() => flow.over)
    expect(flow.bytes).toBeGreaterThan(0)
    expect(flow.lastAt - asked).toBeLessThan(CUT_MS)
    await until(() => session.closedFor !== undefined)
    expect(session.closedFor).toBe('NOT_PAID')
    expect(session.statements.length).toBeGreaterThan(0)
    const after = pull(session, origin)
    await until(() => after.bytes > 0)
    expect(after.head).toMatch(/^HTTP\/1.1 407 /)
    expect(await node.session(session.grant.sid)).toMatchObject({ state: 'closed', reason: 'NOT_PAID', settled: '0' })
    expect(await node.balance(wallet.did)).toBe(FUNDS)
  })

  it('is cut after the round it paid, which settles', async () => {
    const { wallet } = await visitor(place.dir, 'once', node)
    const session = await HandSession.open(node, wallet)
    const flow = pull(session, origin)
    await until(() => session.statements.length > 0)
    const [first] = session.statements
    if (first === undefined) throw new Error('no statement')
    session.line.send(session.voucher(first))
    await until(() => session.acks > 0)
    await until(() => flow.over)
    const paidMs = TERMS.trialMs + TERMS.restMs
    expect(flow.lastAt - session.grant.at).toBeGreaterThan(TERMS.trialMs)
    expect(flow.lastAt - session.grant.at).toBeLessThan(paidMs + CUT_MS)
    const { owed } = first.payload
    await until(async () => (await node.session(session.grant.sid)).settled === String(owed))
    expect((await node.session(session.grant.sid)).reason).toBe('NOT_PAID')
    expect(await node.balance(wallet.did)).toBe(FUNDS - BigInt(owed))
  })

  it('gets a bounded number of trials', async () => {
    const { wallet } = await visitor(place.dir, 'thrice', node)
    const refused = async () => {
      for (let trial = 1; trial <= 10; trial++) {
        const opened = await HandSession.open(node, wallet).catch((error: Error) => error.message)
        if (typeof opened === 'string') return { trial, opened }
        opened.line.terminate()
      }
      return undefined
    }
    expect(await refused()).toMatchObject({ trial: 4, opened: expect.stringContaining('TRIALS_USED_UP') })
  })
})
