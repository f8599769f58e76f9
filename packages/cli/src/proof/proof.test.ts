import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CometbftEngine, cometbftKeys, openCometbft } from '@conet/engines'
import { missingCometbft } from '@conet/engines/cometbft/testing'
import { createLogger, type Node, ownerOf, parseConfig, readOrCreateKeyFile, startNode } from '@conet/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from '../program.js'

const missing = await missingCometbft()

const dir = mkdtempSync(join(tmpdir(), 'conet-proof-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function run(node: string, ...argv: string[]) {
  let stdout = ''
  const streams = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: () => true } }
  const env = { CONET_HOME: join(dir, 'phone'), CONET_NODE: node }
  await runCli({ argv: [...argv, '--json'], env, streams, signal: new AbortController().signal })
  return JSON.parse(stdout)
}

if (missing !== undefined) {
  it('proves a balance against CometBFT', context => {
    console.log(`SKIPPED: ${missing}`)
    context.skip(missing)
  })
} else {
  let engine: CometbftEngine
  const nodes: Node[] = []
  let liar: Server
  let did = ''

  /** A node whose owner changes what it says: the balance, the header, or nothing. */
  const lies = new Map<string, (text: string) => string>()

  beforeAll(async () => {
    const ledger = join(dir, 'ledger')
    mkdirSync(join(ledger, 'cometbft'), { recursive: true })
    const { validatorKey } = await cometbftKeys(join(ledger, 'cometbft'))
    const owners = ['one', 'two'].map(name => {
      mkdirSync(join(dir, name))
      return ownerOf(readOrCreateKeyFile(join(dir, name, 'identity.key')), 'key', 'valley').did
    })
    did = owners[0] ?? ''
    const genesis = {
      lid: 'valley',
      timeMs: Date.now() - 60_000,
      assets: [{ id: 'credit', issuer: did, decimals: 6 }],
      accounts: [{ owner: did, asset: 'credit', amount: '7000000' }],
      validators: [{ owner: did, publicKey: validatorKey, power: 10 }],
    }
    engine = await openCometbft({ dir: ledger, genesis })
    await engine.start()
    for (const name of ['one', 'two']) {
      const place = { dataDir: join(dir, name), identity: { method: 'key' }, name }
      const ports = { api: { host: '127.0.0.1', port: 0 }, gateway: { host: '127.0.0.1', port: 0 } }
      nodes.push(
        await startNode(parseConfig(JSON.stringify({ ...place, ...ports })), { engine, log: createLogger('silent') }),
      )
    }
    liar = createServer(async (request, response) => {
      const answer = await fetch(`${nodes[0]?.url}${request.url}`)
      const text = await answer.text()
      const lie = [...lies].find(([path]) => request.url?.startsWith(path))?.[1] ?? ((same: string) => same)
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(lie(text))
    })
    await new Promise<void>(resolve => liar.listen(0, '127.0.0.1', resolve))
  }, 60_000)
  afterAll(async () => {
    liar.close()
    for (const node of nodes) await node.stop()
    await engine.stop()
  }, 30_000)

  const url = (at: number) => nodes[at]?.url ?? ''
  const liarUrl = () => `http://127.0.0.1:${(liar.address() as AddressInfo).port}`
  const prove = (node: string, ...more: string[]) => run(node, 'balance', did, '--proof', ...more)

  it('proves a balance by the signatures of the validators and a second node', { timeout: 60_000 }, async () => {
    const first = await prove(url(0))
    expect(first).toMatchObject({ trust: 'validators', balances: [{ asset: 'credit', balance: '7000000' }] })
    expect(first.witnesses).toEqual([url(1)])
    // From what was kept, and with a witness that is named.
    expect(await prove(url(1), '--witness', url(0))).toMatchObject({ trust: 'validators', witnesses: [url(0)] })
  })

  it('believes no node that changes a figure, a header or the genesis', { timeout: 60_000 }, async () => {
    const lie = (path: string, change: (text: string) => string, ...argv: string[]) => {
      lies.clear()
      lies.set(path, change)
      return prove(liarUrl(), '--witness', url(1), ...argv)
    }
    const proofs = await lie('/v1/proofs/', text => text.replace('7000000', '9000000'))
    expect(proofs.error.code).toBe('PROOF_WRONG')
    const headers = await lie('/v1/ledger/commit/', text => text.replace(/"app_hash":"[0-9A-F]{4}/, '"app_hash":"0000'))
    expect(headers.error.code).toBe('COMMIT_WRONG')
    const genesis = await lie('/v1/ledger/genesis', text => text.replace('7000000', '9000000'))
    expect(genesis.error.code).toBe('GENESIS_WRONG')
    lies.clear()
    lies.set('/v1/ledger/commit/', text => text.replace(/"app_hash":"[0-9A-F]{4}/, '"app_hash":"0000'))
    expect((await prove(url(0), '--witness', liarUrl())).error.code).toBe('WITNESS_MISSING')
    expect((await prove(url(0), '--trust', '1')).error.code).toBe('USAGE')
    writeFileSync(join(dir, 'phone', 'light-valley.json'), 'torn')
    expect(await prove(url(0))).toMatchObject({ trust: 'validators' })
    const told = await prove(url(0), '--trust', `2:${'ab'.repeat(32)}`)
    expect(told.error.code).toBe('COMMIT_WRONG')
  })
}
