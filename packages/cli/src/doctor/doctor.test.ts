import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, parseConfig } from '@conet/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { examine } from './index.js'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'conet-doctor-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

const without = { PATH: '', HOME: '/nowhere', CONET_COMETBFT: '/nowhere/cometbft' }
const named = async (config: Config | undefined, env: NodeJS.ProcessEnv) =>
  new Map((await examine(config, env, '/home/config.yaml')).map(one => [one.name, one]))

describe('conet doctor', () => {
  it('says in one line how to install what is missing', async () => {
    const checks = await named(undefined, without)
    expect(checks.get('node')?.ok).toBe(true)
    expect(checks.get('cometbft')).toMatchObject({ ok: false, detail: expect.stringContaining('go install') })
  })

  it('refuses a program of another version and names both', async () => {
    const fake = join(dir, 'cometbft')
    writeFileSync(fake, '#!/bin/sh\necho 1.0.1\n', { mode: 0o755 })
    const { detail = '', ok } = (await named(undefined, { CONET_COMETBFT: fake })).get('cometbft') ?? {}
    expect(ok).toBe(false)
    expect(detail).toMatch(/is CometBFT 1\.0\.1, but 0\.39 is needed/)
  })

  it('asks nothing of CometBFT where it does not order', async () => {
    const checks = await named(parseConfig(JSON.stringify({ dataDir: dir })), without)
    expect([...checks.keys()]).toEqual(['node', 'signatures', 'data folder'])
  })

  it('says that there is no node yet', async () => {
    const checks = await named(undefined, without)
    expect(checks.get('configuration')).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/no node yet.*conet init/),
    })
    expect(checks.get('cometbft')?.detail).toMatch(/needed only where several owners/)
  })

  it('misses a genesis that is named, whatever orders', async () => {
    const config = { dataDir: dir, ledger: { engine: 'solo', genesis: 'none.json' } }
    const checks = await named(parseConfig(JSON.stringify(config)), without)
    expect(checks.get('genesis')).toMatchObject({ ok: false, detail: expect.stringContaining('none.json') })
  })

  it('sees a data folder that cannot be made, or is none', async () => {
    const file = join(dir, 'file')
    writeFileSync(file, '')
    for (const dataDir of [join(file, 'below'), file]) {
      const checks = await named(parseConfig(JSON.stringify({ dataDir })), without)
      expect(checks.get('data folder')).toMatchObject({ ok: false, detail: expect.stringContaining(`${file} is no`) })
    }
    const fresh = await named(parseConfig(JSON.stringify({ dataDir: join(dir, 'fresh', 'node') })), without)
    expect(fresh.get('data folder')?.ok).toBe(true)
  })

  it('looks at genesis, port and peers', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => taken.once('listening', resolve))
    const { port } = taken.address() as { port: number }
    const id = 'a'.repeat(40)
    const cometbft = { port, peers: [`${id}@127.0.0.1:${port}`, `${id}@127.0.0.1:1`] }
    const config = { dataDir: dir, ledger: { engine: 'cometbft', genesis: 'none.json', cometbft } }
    const checks = await named(parseConfig(JSON.stringify(config)), without)
    expect(checks.get('genesis')?.detail).toMatch(/there is no genesis/)
    expect(checks.get('port for peers')?.detail).toMatch(/in use by another program/)
    expect(checks.get(`peer 127.0.0.1:${port}`)?.ok).toBe(true)
    expect(checks.get('peer 127.0.0.1:1')?.ok).toBe(false)
    await new Promise(resolve => taken.close(resolve))
  })
})
