import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../exit.js'
import { runCli } from '../program.js'

const DID = 'did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd'
const HASH = 'a'.repeat(64)
/** A ledger that a single node orders: nobody signs its headers. */
const GENESIS = { lid: 'solo', timeMs: 1, assets: [], accounts: [] }

const dir = mkdtempSync(join(tmpdir(), 'conet-anchors-'))
const genesis = join(dir, 'genesis.json')
const asked: string[] = []
const node = createServer((request, response) => {
  asked.push(request.url ?? '')
  const answer = request.url === '/v1/ledger/genesis' ? GENESIS : { balances: [] }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
})
beforeAll(async () => {
  writeFileSync(genesis, JSON.stringify(GENESIS))
  await new Promise<void>(resolve => node.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  node.close()
  rmSync(dir, { recursive: true, force: true })
})

async function balance(...argv: string[]) {
  asked.length = 0
  let stdout = ''
  const streams = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: () => true } }
  const env = { CONET_HOME: dir, CONET_NODE: `http://127.0.0.1:${(node.address() as AddressInfo).port}` }
  const run = { argv: ['balance', DID, ...argv, '--json'], env, streams, signal: new AbortController().signal }
  const code = await runCli(run)
  return { code, value: JSON.parse(stdout) }
}

describe('what a proof is held against', () => {
  it.each([
    ['--proof', '--trust', 'abc'],
    ['--proof', '--trust', `5:${HASH.slice(1)}`],
    ['--proof', '--witness', 'foo'],
    ['--proof', '--witness', 'ftp://192.0.2.9'],
    ['--trust', `5:${HASH}`],
    ['--witness', 'http://127.0.0.1:1'],
    ['--genesis', genesis],
  ])('is refused before anything is asked: %s %s %s', async (...argv) => {
    const { code, value } = await balance(...argv)
    expect({ code, error: value.error?.code, asked }).toEqual({ code: EXIT.usage, error: 'USAGE', asked: [] })
  })

  it.each([
    ['--trust', `5:${HASH}`],
    ['--genesis', genesis],
    ['--witness', 'http://127.0.0.1:1'],
  ])('is never passed over where a single node orders: %s', async (...argv) => {
    const { code, value } = await balance('--proof', ...argv)
    expect({ code, error: value.error?.code }).toEqual({ code: EXIT.refused, error: 'VALIDATORS_MISSING' })
    expect(value.error.message).toContain(argv[0])
  })

  it('may be left out: the node then answers for itself alone', async () => {
    expect((await balance('--proof')).value).toMatchObject({ trust: 'one node', balances: [] })
  })
})
