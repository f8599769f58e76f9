import { connect } from 'node:net'
import type { ChainEvent } from '@conet/client/chain'
import { signEnvelope } from '@conet/core/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { carry, echoed, key, NO_LIMITS, Street } from './testing/street.js'

const MIB = 1_048_576
const ECHO = 'echo.example:7'
let street: Street

beforeEach(() => {
  street = new Street()
})
afterEach(() => street.stop())

/** A first line by hand, and the answer to it. */
function ask(at: { host: string; port: number }, line: string): Promise<string> {
  return new Promise(resolve => {
    let text = ''
    const socket = connect(at, () => socket.write(`${line}\n`))
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(text))
  })
}

const code = (answer: string) => (JSON.parse(answer) as { error: { code: string } }).error.code

describe('a chain of relays', () => {
  it('carries flows through two relays to the exit, whole', async () => {
    const exit = await street.exit()
    await street.echo(ECHO)
    const far = await street.relay([exit.at], { shareBps: 1_000 })
    const near = await street.relay([far.at], { shareBps: 500, payee: 'did:key:zTreasurer' })
    const chain = await street.terminal([near.at])
    expect(chain.exit).toBe(exit.did)
    expect(chain.route.shares).toEqual([
      { to: 'did:key:zTreasurer', bps: 500 },
      { to: far.did, bps: 1_000 },
    ])
    expect(chain.route.path.map(hop => hop.did)).toEqual([near.did, far.did, exit.did])
    const door = await chain.reach(ECHO)
    const flows = await Promise.all([echoed(door, 5 * MIB), echoed(door, 1), echoed(door, 3 * MIB)])
    expect(flows).toEqual([true, true, true])
  })

  it('lets nobody in to what is not for strangers', async () => {
    const exit = await street.exit()
    const chain = await street.terminal([exit.at])
    const door = await chain.reach('127.0.0.1:22')
    expect(await echoed(door, 10)).toBe(false)
  })

  it('goes on over another path when a relay falls silent, and the flow does not notice', async () => {
    const exit = await street.exit()
    await street.echo(ECHO)
    const one = await street.wire((await street.relay([exit.at])).at)
    const other = await street.wire((await street.relay([exit.at])).at)
    const events: ChainEvent[] = []
    const chain = await street.terminal([one, other], { onEvent: event => events.push(event) })
    const door = await chain.reach(ECHO)
    const used = chain.route.path[0]?.port === one.port ? one : other
    let frozen = false
    const same = await echoed(door, 24 * MIB, received => {
      if (frozen || received < 6 * MIB) return
      frozen = true
      used.freeze()
    })
    expect(same).toBe(true)
    expect(chain.route.path[0]?.port).toBe(used === one ? other.port : one.port)
    expect(events.map(event => event.type)).toContain('path-dead')
  })

  it('survives legs that break, without another path', async () => {
    const exit = await street.exit()
    await street.echo(ECHO)
    const wire = await street.wire((await street.relay([exit.at])).at)
    const chain = await street.terminal([wire])
    const door = await chain.reach(ECHO)
    let cuts = 0
    const same = await echoed(door, 16 * MIB, received => {
      if (received < (cuts + 1) * 4 * MIB || cuts === 3) return
      cuts++
      wire.cut()
    })
    expect(same).toBe(true)
    expect(cuts).toBe(3)
  })

  it('keeps what it carries sealed: no byte of a flow is readable on the wire', async () => {
    const exit = await street.exit()
    await street.echo(ECHO)
    const seen: Buffer[] = []
    const relay = await street.relay([exit.at])
    const { createServer } = await import('node:net')
    const tap = createServer(near => {
      const far = connect(relay.at)
      near.on('data', chunk => {
        seen.push(chunk)
        far.write(chunk)
      })
      far.pipe(near)
      near.on('error', () => {})
      far.on('error', () => {})
      near.once('close', () => far.destroy())
    })
    await new Promise<void>(resolve => tap.listen(0, '127.0.0.1', resolve))
    const { port } = tap.address() as { port: number }
    const chain = await street.terminal([{ host: '127.0.0.1', port }])
    const door = await chain.reach(ECHO)
    const secret = 'the password is walnut'
    await new Promise<void>(resolve => {
      const socket = connect(door, () => socket.write(secret))
      socket.once('data', chunk => {
        expect(chunk.toString()).toBe(secret)
        socket.destroy()
        resolve()
      })
    })
    tap.close()
    expect(Buffer.concat(seen).includes(secret)).toBe(false)
    expect(Buffer.concat(seen).includes(ECHO)).toBe(false)
  })
})

describe('a slow path', () => {
  /** As of a house behind 10 Mbit/s. */
  const RATE = 1_250_000
  const SECONDS = 6

  it('lets what is small through while a download fills it, and stays full', async () => {
    const exit = await street.exit()
    await street.echo(ECHO)
    await street.source('files.example:80', 4 * SECONDS * RATE)
    const relay = await street.relay([exit.at], { allowance: () => RATE })
    const chain = await street.terminal([relay.at])
    const small = connect(await chain.reach(ECHO)).on('error', () => {})
    const answers = () =>
      new Promise(resolve => {
        small.once('data', resolve)
        small.write('x')
      })
    await answers()
    const download = connect(await chain.reach('files.example:80')).on('error', () => {})
    let came = 0
    download.on('data', chunk => {
      came += chunk.length
    })
    const until = performance.now() + SECONDS * 1_000
    const took: number[] = []
    while (performance.now() < until) {
      const asked = performance.now()
      await answers()
      took.push(performance.now() - asked)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    download.destroy()
    small.destroy()
    // A statement has a second (RND-3); a window of 16 MiB would hold it up for three.
    const [median = 0] = took.sort((one, other) => one - other).slice(took.length / 2)
    expect(median).toBeLessThan(1_000)
    expect(came).toBeGreaterThan((SECONDS * RATE) / 2)
  }, 30_000)
})

describe('a relay', () => {
  it.each([
    ['CARRY_DENIED', { denied: 'terminal' }],
    ['CARRY_BATTERY', { battery: 10 }],
    ['CARRY_DATA_CAP', { carried: 10n ** 12n }],
    ['CARRY_HOURS', { hours: [{ fromMinute: 600, toMinute: 700 }] }],
    ['CARRY_BUSY', { maxChannels: 0 }],
  ])('refuses with %s', async (expected, how: Record<string, unknown>) => {
    const exit = await street.exit()
    const { signer } = key()
    const relay = await street.relay([exit.at], {
      limits: {
        ...NO_LIMITS,
        denied: how.denied === undefined ? [] : [signer.did],
        hours: (how.hours as { fromMinute: number; toMinute: number }[]) ?? [],
        maxChannels: (how.maxChannels as number) ?? 16,
      },
      state: () => ({
        batteryPercent: how.battery as number | undefined,
        carriedToday: (how.carried as bigint) ?? 0n,
        minuteOfDay: 60,
      }),
    })
    await expect(street.terminal([relay.at], { signer })).rejects.toMatchObject({ code: expected })
  })

  it('tells no path longer than it allows', async () => {
    const exit = await street.exit()
    const far = await street.relay([exit.at])
    const near = await street.relay([far.at], { limits: { ...NO_LIMITS, maxRelays: 1 } })
    await expect(street.terminal([near.at])).rejects.toMatchObject({ code: 'NO_PATH' })
  })

  it('passes on only to neighbours its owner named', async () => {
    const exit = await street.exit()
    const stranger = await street.exit()
    const relay = await street.relay([exit.at])
    const { signer } = key()
    const path = [
      { did: relay.did, ...relay.at },
      { did: stranger.did, ...stranger.at },
    ]
    const text = signEnvelope('conet-carry+jwt', carry({ path }), signer)
    expect(code(await ask(relay.at, text))).toBe('CARRY_NOT_MINE')
  })

  it('refuses forged, expired, malformed and replayed requests', async () => {
    const exit = await street.exit()
    const { signer } = key()
    const path = [{ did: exit.did, ...exit.at }]
    const good = signEnvelope('conet-carry+jwt', carry({ path }), signer)
    const other = key().signer
    const forged = signEnvelope('conet-carry+jwt', carry({ path }), { ...signer, sign: text => other.sign(text) })
    const late = signEnvelope('conet-carry+jwt', carry({ path, exp: 1_000 }), signer)
    expect(code(await ask(exit.at, forged))).toBe('CARRY_FORGED')
    expect(code(await ask(exit.at, late))).toBe('CARRY_EXPIRED')
    expect(code(await ask(exit.at, 'GET / HTTP/1.1'))).toBe('CARRY_MALFORMED')
    expect(code(await ask(exit.at, 'x'.repeat(20_000)))).toBe('CARRY_MALFORMED')
    const socket = connect(exit.at, () => socket.write(`${good}\n`))
    await new Promise(resolve => socket.once('data', resolve))
    expect(code(await ask(exit.at, good))).toBe('CARRY_REPLAYED')
    const stolen = signEnvelope('conet-carry+jwt', carry({ path, received: '5' }), other)
    expect(code(await ask(exit.at, stolen))).toBe('CARRY_FORGED')
    socket.destroy()
  })

  it('ends what nobody pays for', async () => {
    const exit = await street.exit()
    await street.echo(ECHO)
    const relay = await street.relay([exit.at], { shareBps: 1_000, limits: { ...NO_LIMITS, unpaidBytes: 100_000n } })
    const chain = await street.terminal([relay.at], { limits: { pathlessMs: 100 } })
    const door = await chain.reach(ECHO)
    expect(await echoed(door, 2 * MIB)).toBe(false)
    expect(street.events.find(event => event.type === 'ended')).toMatchObject({ code: 'CARRY_UNPAID' })
  })

  it('leaves room for its own traffic', async () => {
    const exit = await street.exit()
    await street.echo(ECHO)
    const relay = await street.relay([exit.at], { allowance: () => 4 * MIB })
    const chain = await street.terminal([relay.at])
    const door = await chain.reach(ECHO)
    const started = performance.now()
    expect(await echoed(door, 2 * MIB)).toBe(true)
    // 4 MiB both ways at 4 MiB/s, less the burst of a tenth of a second.
    expect(performance.now() - started).toBeGreaterThan(700)
  })
})
