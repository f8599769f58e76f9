import { connect, createServer, type Server, type Socket } from 'node:net'
import { type ChainEvent, type Neighbour, StandingChain } from '@conet/client/chain'
import { signEnvelope } from '@conet/core/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { carry, echoed, key, LID, NO_LIMITS, PROVIDER, Street } from './testing/street.js'

const MIB = 1_048_576
const ECHO = 'echo.example:7'
const SLOW = { timeout: 10_000, interval: 50 }
let street: Street
const ends: (() => void)[] = []

beforeEach(() => {
  street = new Street()
})
afterEach(async () => {
  for (const end of ends.splice(0)) end()
  await street.stop()
})

/** A server of one test. */
async function serve(onSocket: (socket: Socket) => void): Promise<Neighbour> {
  const sockets = new Set<Socket>()
  const server: Server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { host: '127.0.0.1', port: (server.address() as { port: number }).port }
}

/** A socket that has said its first line. */
function say(at: Neighbour, line: string): Socket {
  const socket = connect({ ...at, allowHalfOpen: true })
  socket.write(`${line}\n`)
  socket.on('error', () => {})
  ends.push(() => socket.destroy())
  return socket
}

const answer = (socket: Socket) =>
  new Promise<Record<string, unknown>>(resolve =>
    socket.once('data', text => resolve(JSON.parse(text.toString('latin1').split('\n')[0] ?? ''))),
  )

describe('whoever disappears without a word', () => {
  it('is not carried for any longer', async () => {
    const exit = await street.exit()
    const relay = await street.relay([exit.at], { silentMs: 2_500 })
    const wire = await street.wire(relay.at)
    await street.terminal([wire], { limits: { pathlessMs: 100 } })
    expect(relay.channels).toBe(1)
    wire.freeze()
    await vi.waitFor(() => expect(relay.channels).toBe(0), SLOW)
  })

  it('loses its leg at the exit', async () => {
    const exit = await street.exit({ silentMs: 200 })
    const { signer } = key()
    const line = signEnvelope('conet-carry+jwt', carry({ path: [{ did: exit.did, ...exit.at }] }), signer)
    const socket = say(exit.at, line)
    const closed = new Promise(resolve => socket.once('end', resolve))
    expect(await answer(socket)).toEqual({ received: 0 })
    await closed
  })

  it('is hung up on after a refusal, too', async () => {
    const exit = await street.exit()
    const socket = say(exit.at, 'no request')
    await new Promise(resolve => socket.once('data', resolve))
    const failed = new Promise(resolve => socket.once('error', resolve))
    // An end that was only half closed would take these for good.
    const timer = setInterval(() => socket.write('still here'), 100)
    ends.push(() => clearInterval(timer))
    await failed
  })

  it('leaves nothing behind when it goes while the next hop is dialled', async () => {
    const exit = await street.exit()
    const next = { host: 'localhost', port: exit.at.port }
    const relay = await street.relay([next])
    const { signer } = key()
    for (let at = 1; at <= 8; at++) {
      const path = [
        { did: relay.did, ...relay.at },
        { did: exit.did, ...next },
      ]
      const socket = say(relay.at, signEnvelope('conet-carry+jwt', carry({ path, leg: at }), signer))
      socket.once('connect', () => setTimeout(() => socket.resetAndDestroy(), 2))
    }
    await new Promise(resolve => setTimeout(resolve, 500))
    await vi.waitFor(() => expect(relay.channels).toBe(0), SLOW)
  })
})

describe('legs of one channel', () => {
  it('are taken in the order in which the terminal signed them', async () => {
    const exit = await street.exit()
    const { signer } = key()
    const path = [{ did: exit.did, ...exit.at }]
    const leg = (number: number) => signEnvelope('conet-carry+jwt', carry({ path, leg: number }), signer)
    const held = leg(1)
    const used = say(exit.at, leg(2))
    expect(await answer(used)).toEqual({ received: 0 })
    let lost = false
    used.once('end', () => {
      lost = true
    })
    expect(await answer(say(exit.at, held))).toMatchObject({ error: { code: 'CARRY_REPLAYED' } })
    expect(lost).toBe(false)
    expect(await answer(say(exit.at, leg(3)))).toEqual({ received: 0 })
  })
})

describe('a terminal', () => {
  it('does not wait for an exit that takes the leg and stays silent', async () => {
    const { signer } = key()
    const routes = [{ path: [], rttMs: 0, shares: [], provider: PROVIDER, api: 'http://exit.example:8640' }]
    const silent = await serve(socket =>
      socket.once('data', line => {
        if (line.toString().startsWith('CONET-ROUTES'))
          socket.end(`${JSON.stringify({ lid: LID, did: signer.did, maxRelays: 7, routes })}\n`)
        else socket.write('{"received":0}\n')
      }),
    )
    await expect(street.terminal([silent], { limits: { attachMs: 100 } })).rejects.toMatchObject({
      code: 'CARRY_NEXT_DOWN',
    })
  })

  it('is told by which clock its request is too old', async () => {
    const exit = await street.exit()
    const late = street.terminal([exit.at], { now: () => Date.now() - 3_600_000 })
    await expect(late).rejects.toMatchObject({
      code: 'CARRY_EXPIRED',
      message: expect.stringContaining(`clock says ${new Date().toISOString().slice(0, 13)}`),
    })
  })

  it('shows nothing on its screen that a refusing node made up', async () => {
    const { signer } = key()
    const routes = [{ path: [], rttMs: 0, shares: [], provider: PROVIDER, api: 'http://exit.example:8640' }]
    const liar = await serve(socket =>
      socket.once('data', line => {
        const told = { lid: LID, did: signer.did, maxRelays: 7, routes }
        const said = { error: { code: 'x\u001b[2J', message: 'gone\u001b[2J' } }
        socket.end(`${JSON.stringify(line.toString().startsWith('CONET-ROUTES') ? told : said)}\n`)
      }),
    )
    await expect(street.terminal([liar])).rejects.toMatchObject({ code: 'CARRY_MALFORMED', message: 'gone?[2J' })
  })

  it('opens a new channel when the exit was started again, and goes on', async () => {
    const exit = await street.exit()
    await street.echo(ECHO)
    const relay = await street.relay([exit.at])
    const events: ChainEvent[] = []
    const chain = await StandingChain.open({
      ...street.terminalOptions([relay.at], { onEvent: event => events.push(event) }),
      waitMs: { first: 50, most: 50 },
    })
    ends.push(() => chain.close())
    const reach = async () => {
      const access = { protocols: [], username: '', password: '' }
      const at = await chain.reachAccess({ ...access, host: 'echo.example', port: 7 })
      return { host: at.host, port: at.port }
    }
    expect(await echoed(await reach(), 1_000)).toBe(true)
    await exit.stop()
    await street.exit({}, exit)
    await vi.waitFor(() => expect(events.filter(event => event.type === 'path')).toHaveLength(2), SLOW)
    expect(events).toContainEqual({ type: 'closed', code: 'CHANNEL_CLOSED' })
    expect(await echoed(await reach(), 1_000)).toBe(true)
  })
})

describe('a flow', () => {
  it('reaches a slow reader whole, although the other end is long gone', async () => {
    const exit = await street.exit()
    street.inside.set(ECHO, await serve(socket => socket.end(Buffer.alloc(6 * MIB, 7))))
    const chain = await street.terminal([exit.at])
    const socket = say(await chain.reach(ECHO), 'go')
    socket.end()
    let received = 0
    socket.on('data', chunk => {
      received += chunk.length
      socket.pause()
      setTimeout(() => socket.resume(), 2)
    })
    await new Promise(resolve => socket.once('close', resolve))
    expect(received).toBe(6 * MIB)
  })

  it('takes uploads to their end after the program has said all', async () => {
    const exit = await street.exit()
    let received = 0
    street.inside.set(
      ECHO,
      await serve(socket => {
        socket.on('data', chunk => {
          received += chunk.length
        })
        socket.once('end', () => socket.end(`${received}`))
      }),
    )
    const chain = await street.terminal([exit.at])
    const socket = say(await chain.reach(ECHO), '')
    socket.end(Buffer.alloc(12 * MIB))
    const text = await new Promise(resolve => socket.once('data', chunk => resolve(chunk.toString())))
    expect(text).toBe(String(12 * MIB + 1))
  })

  it('that was cut does not look like one that came to its end', async () => {
    const exit = await street.exit()
    street.inside.set(ECHO, await serve(socket => socket.once('data', () => socket.resetAndDestroy())))
    const chain = await street.terminal([exit.at])
    const socket = say(await chain.reach(ECHO), 'go')
    expect(await new Promise(resolve => socket.once('close', resolve))).toBe(true)
    await street.echo(ECHO)
    const other = say(await chain.reach(ECHO), 'go')
    await new Promise(resolve => other.once('data', resolve))
    chain.close()
    expect(await new Promise(resolve => other.once('close', resolve))).toBe(true)
  })
})

describe('a voucher', () => {
  const shown = async (wrong: { provider?: string; to?: string; bps?: number; signer?: 'other' }) => {
    const exit = await street.exit()
    const relay = await street.relay([exit.at], { shareBps: 1_000, limits: { ...NO_LIMITS, unpaidBytes: 1_000_000n } })
    const { signer } = key()
    const chain = await street.terminal([relay.at], { signer })
    const payload = {
      ...{ lid: LID, sid: 'a'.repeat(32), client: signer.did, provider: wrong.provider ?? PROVIDER, asset: 'credit' },
      ...{ round: 1, owed: '5000', bytes: '100000000', statement: 'b'.repeat(64) },
      shares: [{ to: wrong.to ?? relay.did, bps: wrong.bps ?? 1_000 }],
    }
    chain.note(signEnvelope('conet-voucher+jwt', payload, wrong.signer === undefined ? signer : key().signer))
    await echoed(await chain.reach('nowhere:1'), 1)
    // Frames keep their order, so the answer to the flow comes after the note was read.
    return street.events.filter(event => event.type === 'paid').map(event => event.amount)
  }

  it('pays the relay its part', async () => {
    expect(await shown({})).toEqual([500n])
  })

  it.each([
    ['to somebody who is not the owner of the exit', { provider: 'did:key:zFriend' }],
    ['that pays another relay', { to: 'did:key:zAnother' }],
    ['with a smaller part than the relay wants', { bps: 999 }],
    ['signed by somebody else', { signer: 'other' as const }],
  ])('%s counts for nothing', async (_, wrong) => {
    expect(await shown(wrong)).toEqual([])
  })
})
