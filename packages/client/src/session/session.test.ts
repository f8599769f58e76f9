import { afterEach, describe, expect, it } from 'vitest'
import { NodeApi } from '../api/index.js'
import { type ClientPorts, nodePorts } from '../ports/index.js'
import { FlowMeter, openTunnel, TargetRefused } from '../proxy/index.js'
import { join } from '../proxy/join.js'
import { type FakeOptions, FakeProvider, LID, QUICK } from '../testing/fake-provider.js'
import { startOrigin, through } from '../testing/origin.js'
import { walletFromSeed } from '../wallet/index.js'
import { KeyBook } from './keys.js'
import { requestGrant } from './request.js'
import { openSession, Session, type SessionEvent, type SessionOptions } from './session.js'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function online(fake: FakeOptions = {}, more: Partial<SessionOptions> = {}) {
  const provider = await FakeProvider.start(fake)
  closers.push(() => provider.die())
  const api = new NodeApi(provider.base, { ports: nodePorts })
  const { items } = await api.offers({ type: 'access' })
  const [offer] = items
  if (offer === undefined) throw new Error('the fake lists no offer')
  const meter = new FlowMeter()
  const events: SessionEvent[] = []
  const session = await openSession({
    ...{ ports: nodePorts, api, lid: LID, offer, meter },
    wallet: walletFromSeed(new Uint8Array(32).fill(1), nodePorts),
    keys: new KeyBook(api),
    onEvent: event => events.push(event),
    ...more,
  })
  const fetchBytes = async (bytes: number) => {
    const origin = await startOrigin()
    closers.push(() => origin.close())
    const tunnel = await openTunnel(session.grant.access, origin.target)
    return through(tunnel, meter, `/bytes/${bytes}`, join)
  }
  const until = (wanted: (event: SessionEvent) => boolean) =>
    expect.poll(() => events.some(wanted), { timeout: 10_000 })
  return { provider, session, meter, events, fetchBytes, until }
}

const paidRound = (round: number) => (event: SessionEvent) => event.type === 'paid' && event.round >= round

/** Ports of a program that can be left without a goodbye, as a page is when it is loaded again. */
function leavable(): { readonly ports: ClientPorts; leave(): void } {
  let here = true
  const lines: { close(): void }[] = []
  const ports: ClientPorts = {
    ...nodePorts,
    setTimer: (delay, run) => nodePorts.setTimer(delay, () => here && run()),
    openLine: (url, protocols, handlers) => {
      const line = nodePorts.openLine(url, protocols, {
        onOpen: () => here && handlers.onOpen(),
        onText: text => here && handlers.onText(text),
        onClose: () => here && handlers.onClose(),
      })
      lines.push(line)
      return line
    },
  }
  const leave = () => {
    here = false
    for (const line of lines) line.close()
  }
  return { ports, leave }
}

describe('a session', () => {
  it('goes on where the line has died without a word, as after a change of address', async () => {
    let dead = 0
    let opened = 0
    const ports: ClientPorts = {
      ...nodePorts,
      openLine: (url, protocols, handlers) => {
        opened++
        const own = opened
        const line = nodePorts.openLine(url, protocols, {
          ...handlers,
          onText: text => own > dead && handlers.onText(text),
        })
        return { send: text => own > dead && line.send(text), close: () => line.close() }
      },
    }
    const terms = { ...QUICK, trialMs: 1_000, restMs: 1_000 }
    const { session, provider, events, until } = await online({ terms }, { ports })
    await until(paidRound(1)).toBe(true)
    dead = 1
    await until(paidRound(3)).toBe(true)
    expect(opened).toBe(2)
    expect(events.filter(({ type }) => type === 'ended')).toEqual([])
    const { reason, paid } = await session.stop()
    expect({ reason, paid }).toEqual({ reason: 'CLIENT_DONE', paid: provider.settled })
  })

  it('is served at once, pays its rounds and ends with both sides agreeing', async () => {
    const { provider, session, meter, fetchBytes, until } = await online()
    expect(await fetchBytes(3_000_000)).toBe(3_000_000)
    await until(paidRound(3)).toBe(true)
    const summary = await session.stop()
    expect(summary).toMatchObject({ reason: 'CLIENT_DONE', dispute: undefined })
    expect(summary.paid > 2_700n).toBe(true)
    expect(provider.settled).toBe(summary.paid)
    expect(provider.state?.phase).toBe('ended')
    const { bytesUp, bytesDown } = meter.read()
    expect(provider.count).toEqual({ bytesUp, bytesDown })
  })

  it('carries more than the unpaid limit in one flow: volume rounds let it through', async () => {
    const { provider, session, fetchBytes } = await online({ terms: { ...QUICK, trialMs: 5_000 } })
    const bytes = await fetchBytes(30_000_000)
    const summary = await session.stop()
    expect({ bytes, reason: summary.reason }).toEqual({ bytes: 30_000_000, reason: 'CLIENT_DONE' })
    expect(summary.paid >= 27_900n).toBe(true)
    expect(provider.settled).toBe(summary.paid)
  })

  it('goes on when the control line breaks', async () => {
    const { provider, session, until, events } = await online()
    await until(paidRound(1)).toBe(true)
    provider.dropLine()
    await until(event => event.type === 'line' && !event.up).toBe(true)
    await until(paidRound(3)).toBe(true)
    expect(events.filter(event => event.type === 'line' && event.up).length).toBeGreaterThan(1)
    expect((await session.stop()).reason).toBe('CLIENT_DONE')
  })

  it('goes on where it stood when its program is left and started again', async () => {
    const left = leavable()
    const provider = await FakeProvider.start()
    closers.push(() => provider.die())
    const api = new NodeApi(provider.base, { ports: nodePorts })
    const [offer] = (await api.offers({ type: 'access' })).items
    if (offer === undefined) throw new Error('the fake lists no offer')
    const wallet = walletFromSeed(new Uint8Array(32).fill(1), nodePorts)
    const meter = new FlowMeter()
    const options = { ...{ ports: left.ports, api, lid: LID, offer, meter, wallet }, keys: new KeyBook(api) }
    const granted = await requestGrant(options)
    const before = new Session(options, granted)
    await expect.poll(() => before.state.paidRounds, { timeout: 10_000 }).toBeGreaterThan(1)
    left.leave()
    const { promised, paidRounds } = before.state
    const after = new Session({ ...options, ports: nodePorts, resume: { promised, paidRounds } }, granted)
    await expect.poll(() => after.state.paidRounds, { timeout: 10_000 }).toBeGreaterThan(paidRounds + 1)
    const summary = await after.stop()
    expect(summary.reason).toBe('CLIENT_DONE')
    expect(summary.paid).toBeGreaterThan(promised?.voucher.owed ?? 0n)
    expect(provider.settled).toBe(summary.paid)
  })

  it('stops in place of a promise that its owner does not allow', async () => {
    const asked: bigint[] = []
    const onStatement: SessionOptions['onStatement'] = (_statement, added) => asked.push(added) < 3
    const { session } = await online({}, { onStatement })
    const { paid, rounds } = await session.done
    expect(rounds).toBe(2)
    expect(paid).toBe((asked[0] ?? 0n) + (asked[1] ?? 0n))
  })

  it('pays its first round by HTTP while the line is still being opened', async () => {
    const { provider, events, until } = await online({ slowLine: true })
    await until(paidRound(1)).toBe(true)
    await expect.poll(() => provider.state?.paidRounds ?? 0).toBeGreaterThan(0)
    expect(events.some(event => event.type === 'line')).toBe(false)
  })

  it('pays by HTTP where no line can be opened', async () => {
    const { provider, session, until } = await online({ noLine: true })
    await until(paidRound(1)).toBe(true)
    await expect.poll(() => provider.state?.paidRounds ?? 0).toBeGreaterThan(0)
    const summary = await session.stop()
    expect(summary.reason).toBe('CLIENT_DONE')
    expect(provider.settled).toBe(summary.paid)
  })

  it('stops and keeps both counts when the meter is inflated', async () => {
    const { session, events } = await online({ inflate: 50_000_000n })
    const summary = await session.done
    expect(summary).toMatchObject({ reason: 'METER_DISPUTE', dispute: 'METER_ABOVE_COUNT', paid: 0n })
    const evidence = events.find(event => event.type === 'evidence')
    expect(evidence).toMatchObject({ own: { bytesDown: 0n } })
  })

  it('disputes an inflated meter before it asks what it may pay', async () => {
    const asked: bigint[] = []
    const { session } = await online({ inflate: 50_000_000n }, { mayPay: owed => asked.push(owed) < 0 })
    expect(await session.done).toMatchObject({ reason: 'METER_DISPUTE', paid: 0n })
    expect(asked).toEqual([])
  })

  it('stops before its budget is passed', async () => {
    const { session } = await online({}, { mayPay: owed => owed <= 1_300n })
    const summary = await session.done
    expect(summary).toMatchObject({ reason: 'CLIENT_DONE', paid: 1_200n })
  })

  it('notices that its provider is gone', async () => {
    const { provider, session, until } = await online()
    await until(paidRound(1)).toBe(true)
    await provider.die()
    expect(await session.done).toMatchObject({ reason: 'GATEWAY_LOST' })
  })

  it('gets online with a clock that is an hour off', async () => {
    const { session, until } = await online({ clockOffsetMs: 3_600_000 })
    await until(paidRound(2)).toBe(true)
    expect((await session.stop()).reason).toBe('CLIENT_DONE')
  })

  it.each([
    ['dearer terms', (grant: object) => ({ ...grant, terms: dearer(grant) }), 'GRANT_MISMATCH'],
    ['another session', (grant: object) => ({ ...grant, sid: '00'.repeat(16) }), 'GRANT_MISMATCH'],
    ['a port that is none', (grant: object) => ({ ...grant, access: {} }), 'PAYLOAD_MALFORMED'],
  ])('refuses a grant with %s', async (_, tamper, why) => {
    await expect(online({ tamper })).rejects.toMatchObject({ code: 'GRANT_INVALID', data: { why } })
  })

  it('tells what the target refuses from what the provider refuses', async () => {
    const { session } = await online()
    await expect(openTunnel(session.grant.access, '127.0.0.1:1')).rejects.toBeInstanceOf(TargetRefused)
    const forged = { ...session.grant.access, password: 'guessed' }
    await expect(openTunnel(forged, '127.0.0.1:1')).rejects.toMatchObject({ code: 'GATEWAY_REFUSED' })
    await session.stop()
    await expect(openTunnel(session.grant.access, '127.0.0.1:1')).rejects.toMatchObject({ code: 'GATEWAY_REFUSED' })
  })
})

function dearer(grant: object): object {
  const { terms } = grant as { terms: { tariff: { perGiB: bigint } } }
  return { ...terms, tariff: { ...terms.tariff, perGiB: terms.tariff.perGiB + 1n } }
}
