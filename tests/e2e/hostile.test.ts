import { randomBytes } from 'node:crypto'
import { Agent, request as ask } from 'node:http'
import { nodePorts, type Wallet, walletFromSeed } from '@conet/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HandSession, payloadOf, post, type RequestWish, signRequest, wishFor } from './by-hand.js'
import { NodeProcess, visitor } from './network.js'
import { scratch, until } from './program.js'

const HOUR = 3_600_000
const stranger = () => walletFromSeed(randomBytes(32), nodePorts)

describe('bad input', () => {
  const place = scratch()
  let node: NodeProcess
  let wallet: Wallet
  let wish: RequestWish
  const open = (body: unknown) => post(`${node.url}/v1/sessions`, body)
  const sign = (change: object = {}, by = wallet) => signRequest(by, { ...wish, change: { ...wish.change, ...change } })
  beforeAll(async () => {
    node = await NodeProcess.start(place.dir, { name: 'provider' })
    wallet = (await visitor(place.dir, 'visitor', node)).wallet
    wish = await wishFor(node)
  })
  afterAll(async () => {
    await node?.running.end('SIGKILL')
    place.remove()
  })

  it.each<[string, () => unknown, string]>([
    ['no JSON', () => '{"request"', 'BODY_MALFORMED'],
    ['no object', () => [], 'REQUEST_INVALID'],
    ['no envelope', () => ({ request: 'a.b.c' }), 'ENVELOPE_MALFORMED'],
    ['an envelope of 3 MB', () => ({ request: 'a'.repeat(3_000_000) }), 'ENVELOPE_TOO_LARGE'],
    ['an envelope of 20 kB', () => ({ request: swollen(sign()) }), 'ENVELOPE_TOO_LARGE'],
    ['another ledger', () => ({ request: sign({ lid: 'other' }) }), 'LEDGER_WRONG'],
    ['another provider', () => ({ request: sign({ provider: stranger().did }) }), 'PROVIDER_WRONG'],
    ['an unknown offer', () => ({ request: sign({ offer: 'nothing' }) }), 'OFFER_UNKNOWN'],
    ['a version to come', () => ({ request: sign({ offerVersion: 77 }) }), 'OFFER_CHANGED'],
    ['a slow clock', () => ({ request: sign({ iat: Date.now() - HOUR, exp: Date.now() - HOUR + 60_000 }) }), 'EXPIRED'],
    [
      'a fast clock',
      () => ({ request: sign({ iat: Date.now() + HOUR, exp: Date.now() + HOUR + 60_000 }) }),
      'CLOCK_SKEW',
    ],
    ['an end too far', () => ({ request: sign({ exp: Date.now() + HOUR }) }), 'EXP_TOO_FAR'],
    ['a member too many', () => ({ request: sign({ gift: 1 }) }), 'PAYLOAD_MALFORMED'],
    ['too little money', () => ({ request: sign({}, stranger()) }), 'BALANCE_TOO_LOW'],
    ['an unknown escrow', () => ({ request: sign({ escrow: 'none' }) }), 'ESCROW_UNKNOWN'],
    ['the signature of another', () => ({ request: crossed(sign(), sign({}, stranger())) }), 'SIGNATURE_INVALID'],
  ])('in a request: %s', async (_, body, code) => {
    const answer = await open(body())
    expect(answer.code).toBe(code)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    const { message } = answer.body.error as { message: string }
    expect(message.length).toBeGreaterThan(20)
    expect(await node.sessions()).toEqual([])
  })

  it.each<[string, object, string]>([
    ['a negative amount', { amount: '-1' }, 'AMOUNT_INVALID'],
    ['a fraction', { amount: '1.5' }, 'AMOUNT_INVALID'],
    ['a JSON number', { amount: 5 }, 'AMOUNT_INVALID'],
    ['nothing', { amount: '0' }, 'AMOUNT_INVALID'],
    ['an overflow', { amount: '9'.repeat(40) }, 'AMOUNT_INVALID'],
    ['more than there is', { amount: '900000000000' }, 'BALANCE_SHORT'],
  ])('in a transfer: %s', async (_, change, code) => {
    const before = await node.balance(wallet.did)
    const body = { to: stranger().did, asset: 'credit', ...change }
    const { body: answer } = await post(`${node.url}/v1/txs`, {
      tx: wallet.signTx(wish.lid, 'accounts/transfer', body),
    })
    expect(answer.code).toBe(code)
    expect(await node.balance(wallet.did)).toBe(before)
  })

  it('in a transfer: the same again, another ledger, an unknown kind', async () => {
    const transfer = { to: stranger().did, asset: 'credit', amount: 1n }
    const tx = wallet.signTransfer(wish.lid, transfer)
    const send = async (text: string) => (await post(`${node.url}/v1/txs`, { tx: text })).body.code
    const before = await node.balance(wallet.did)
    expect(await send(tx)).toBe('OK')
    expect(await send(tx)).toBe('REPLAYED')
    expect(await send(wallet.signTransfer('other', transfer))).toBe('LEDGER_WRONG')
    expect(await send(wallet.signTx(wish.lid, 'accounts/steal', {}))).toBe('TYPE_UNKNOWN')
    expect(await node.balance(wallet.did)).toBe(before - 1n)
  })

  it('the same request twice gets the same session', async () => {
    const request = sign()
    const [one, other] = [await open({ request }), await open({ request })]
    expect(one.status).toBe(201)
    expect(other.body.grant).toBe(one.body.grant)
    expect(await node.sessions()).toHaveLength(1)
  })

  it('in vouchers: only the exact answer to a statement counts, and once', async () => {
    const session = await HandSession.open(node, wallet)
    await until(() => session.statements.length > 0)
    const [statement] = session.statements
    if (statement === undefined) throw new Error('no statement')
    const { owed } = statement.payload
    const pay = async (change: object, by = wallet) => {
      const voucher = session.voucher(statement, change, by)
      return (await post(`${node.url}/v1/sessions/${session.grant.sid}/vouchers`, { voucher })).code
    }
    for (const amount of ['-5', '1.5', 5, '9'.repeat(60)]) expect(await pay({ owed: amount })).toBe('PAYLOAD_MALFORMED')
    expect(await pay({ owed: '1' })).toBe('VOUCHER_MISMATCH')
    expect(await pay({ lid: 'other' })).toBe('VOUCHER_MISMATCH')
    expect(await pay({ statement: '0'.repeat(64) })).toBe('STATEMENT_UNKNOWN')
    expect(await pay({}, stranger())).toBe('SIGNATURE_INVALID')
    expect(await pay({})).toBe('')
    expect(await pay({})).toBe('')
    expect(await pay({ owed: '0' })).toBe('VOUCHER_BELOW')
    expect(await pay({ owed: String(BigInt(owed) + 1n) })).toBe('VOUCHER_MISMATCH')
    expect((await node.session(session.grant.sid)).paid).toBe(String(owed))
  })
})

/** An envelope with a payload of 20 kB. */
function swollen(text: string): string {
  const [header = '', , signature = ''] = text.split('.')
  return [header, Buffer.alloc(20_000, ' ').toString('base64url'), signature].join('.')
}

/** Header and payload of one envelope under the signature of another. */
function crossed(one: string, other: string): string {
  return `${one.slice(0, one.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}`
}

describe('a flood of requests', () => {
  const place = scratch()
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  let node: NodeProcess
  let wish: RequestWish
  beforeAll(async () => {
    node = await NodeProcess.start(place.dir, { name: 'provider' })
    wish = await wishFor(node)
  })
  afterAll(async () => {
    agent.destroy()
    await node?.running.end('SIGKILL')
    place.remove()
  })

  const send = (request: string) =>
    new Promise<string>((done, fail) => {
      const outgoing = ask(`${node.url}/v1/sessions`, {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json' },
      })
      outgoing.on('response', response => {
        let text = ''
        response.on('data', chunk => (text += chunk))
        response.on('end', () => done(codeOf(text)))
      })
      outgoing.on('error', fail)
      outgoing.end(JSON.stringify({ request }))
    })

  /** Sends them all, 32 at a time, while `/healthz` is asked. @returns how often each code was answered */
  async function flood(requests: number, make: (at: number) => string) {
    const codes: Record<string, number> = {}
    let [at, slowestMs, over] = [0, 0, false]
    const worker = async () => {
      while (at < requests) {
        const code = await send(make(at++))
        codes[code] = (codes[code] ?? 0) + 1
      }
    }
    const watch = async () => {
      while (!over) {
        const asked = Date.now()
        expect((await fetch(`${node.url}/healthz`)).status).toBe(200)
        slowestMs = Math.max(slowestMs, Date.now() - asked)
        await new Promise(done => setTimeout(done, 100))
      }
    }
    const watching = watch()
    await Promise.all(Array.from({ length: 32 }, worker))
    over = true
    await watching
    return { codes, slowestMs }
  }

  it('of one identity, 10,000 times, gets it three trials', async () => {
    const { wallet } = await visitor(place.dir, 'one', node)
    const { codes, slowestMs } = await flood(10_000, () => signRequest(wallet, wish))
    expect(codes.granted).toBe(3)
    expect(
      Object.keys(codes)
        .sort()
        .filter(code => code !== 'RATE_LIMITED'),
    ).toEqual(['TRIALS_USED_UP', 'granted'])
    expect(slowestMs).toBeLessThan(5_000)
    expect(await node.sessions()).toHaveLength(3)
  }, 60_000)

  it('of many identities from one address, 10,000 times, gets them a bounded number', async () => {
    const rich = Array.from({ length: 300 }, stranger)
    for (let at = 0; at < rich.length; at += 50) {
      await Promise.all(rich.slice(at, at + 50).map(({ did }) => node.pay(did, 1_000_000n)))
    }
    const poor = Array.from({ length: 200 }, stranger)
    const all = [...rich, ...poor]
    const { codes, slowestMs } = await flood(10_000, at => signRequest(all[at % all.length] ?? stranger(), wish))
    // 256 unpaid trials an address, three of them taken by the test before.
    expect(codes.granted).toBe(253)
    expect(codes.BALANCE_TOO_LOW).toBeGreaterThan(0)
    expect(codes.TRIALS_USED_UP).toBeGreaterThan(0)
    expect(slowestMs).toBeLessThan(5_000)
    expect((await fetch(`${node.url}/healthz`)).status).toBe(200)
  }, 60_000)
})

function codeOf(text: string): string {
  const answer = JSON.parse(text) as { grant?: string; error?: { code: string } }
  if (answer.grant !== undefined) return payloadOf(answer.grant).sid === undefined ? 'broken' : 'granted'
  return answer.error?.code ?? 'broken'
}
