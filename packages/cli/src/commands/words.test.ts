import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeProvider } from '@conet/client/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EXIT } from '../exit.js'
import { runCli } from '../program.js'

const TO = 'did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd'

const home = mkdtempSync(join(tmpdir(), 'conet-words-'))
const asked: string[] = []
let answer: { status: number; body: object } = { status: 200, body: {} }
/** A node that says what a test wants it to say. */
const node = createServer((request, response) => {
  asked.push(request.url ?? '')
  const { status, body } = request.url === '/v1/node' ? { status: 200, body: { lid: 'test' } } : answer
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})
beforeAll(() => new Promise<void>(resolve => node.listen(0, '127.0.0.1', resolve)))
beforeEach(() => void asked.splice(0))
afterAll(() => {
  node.close()
  rmSync(home, { recursive: true, force: true })
})

async function run(...argv: string[]) {
  let stdout = ''
  const streams = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: () => true } }
  const url = `http://127.0.0.1:${(node.address() as AddressInfo).port}`
  const env = { CONET_HOME: home, CONET_NODE: url, CONET_ADMIN_TOKEN: 'mine' }
  const code = await runCli({ argv, env, streams, signal: new AbortController().signal })
  return { code, stdout }
}

async function failure(...argv: string[]) {
  const { code: status, stdout } = await run(...argv, '--json')
  const { code, message } = JSON.parse(stdout).error as { code: string; message: string }
  return { status, code, message }
}
const refusing = (code: string) => {
  answer = { status: 400, body: { error: { code, message: code } } }
}

describe('what can be seen in the command line is not asked of the node', () => {
  it.each([
    [['offers', '--lat', '', '--lon', '']],
    [['offers', '--lat', '52', '--lon', ' ']],
    [['offers', '--lat', '0x10', '--lon', '1e1']],
    [['transfer', TO, '1', '--asset', '']],
    [['transfer', TO, '1', '--asset', 'Big Money']],
    [['transfer', TO, '0']],
    [['transfer', TO, '1', '--from-node', '--key', 'inv-1']],
  ])('%j', async argv => {
    const { status } = await failure(...argv)
    expect({ status, asked }).toEqual({ status: EXIT.usage, asked: [] })
  })

  it('takes positions as people write them', async () => {
    answer = { status: 200, body: { items: [], next: null } }
    expect((await run('offers', '--lat', '-52.52', '--lon', '+13.')).code).toBe(EXIT.ok)
    expect(asked[0]).toContain('lat=-52.52&lon=13')
  })
})

describe('a refusal says why and what to do', () => {
  it.each([
    ['TRANSFER_TO_SELF', /the account that pays.*another receiver/, []],
    ['ASSET_UNKNOWN', /no asset "shells".*conet balance/, ['--asset', 'shells']],
  ])('%s', async (code, words, more) => {
    answer = { status: 200, body: { code, data: {}, hash: 'h', height: 1 } }
    expect(await failure('transfer', TO, '1', ...more)).toMatchObject({ code, message: expect.stringMatching(words) })
  })

  it.each([['offers'], ['sessions']])('CURSOR_INVALID of %s', async command => {
    refusing('CURSOR_INVALID')
    const { code, message } = await failure(command, '--cursor', 'zzz')
    expect({ code, message }).toMatchObject({
      code: 'CURSOR_INVALID',
      message: expect.stringMatching(/"zzz" is no page.*leave it out/),
    })
  })

  it.each([[['sessions']], [['balance']], [['transfer', TO, '1', '--from-node']]])('ADMIN_TOKEN of %s', async argv => {
    const before = node.listeners('request')
    node.removeAllListeners('request')
    node.on('request', (request, response) => {
      const own = /^\/v1\/(sessions|wallet)/.test(request.url ?? '')
      const body = own ? { error: { code: 'ADMIN_TOKEN', message: 'send the header' } } : { balances: [] }
      response.writeHead(own ? 401 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    try {
      const { code, message } = await failure(...argv)
      expect({ code, message }).toMatchObject({
        code: 'ADMIN_TOKEN',
        message: expect.stringMatching(/does not take CONET_ADMIN_TOKEN.*admin\.token/),
      })
    } finally {
      node.removeAllListeners('request')
      for (const listener of before) node.on('request', listener as never)
    }
  })
})

describe('the table of offers', () => {
  it('has ids whole, as connect --offer wants them', async () => {
    const provider = await FakeProvider.start()
    const id = 'f'.repeat(32)
    answer = { status: 200, body: { items: [{ ...provider.offer, id }], next: null } }
    await provider.die()
    expect((await run('offers')).stdout).toContain(id)
  })
})
