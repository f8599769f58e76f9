import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text as allOf } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TINY_GENESIS } from '../../testing/index.js'
import { findCometbft } from './binary.js'
import { chainGenesis } from './genesis.js'
import { configText } from './home.js'
import { addressOf, cometbftKeys } from './keys.js'
import { launch } from './launch.js'
import { endStale } from './stale.js'
import { Supervisor, type SupervisorEvent } from './supervisor.js'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conet-process-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function script(name: string, text: string): Promise<string> {
  const path = join(dir, name)
  await writeFile(path, `#!/bin/sh\n${text}\n`)
  await chmod(path, 0o755)
  return path
}

describe('program', () => {
  it('is taken by its name in the variable, of the right version only', async () => {
    const good = await script('good', 'echo 0.39.9')
    expect(await findCometbft({ CONET_COMETBFT: good })).toEqual({ path: good, version: '0.39.9' })
    const wrong = await script('wrong', 'echo 0.40.0')
    await expect(findCometbft({ CONET_COMETBFT: wrong })).rejects.toMatchObject({ code: 'ENGINE_MISSING' })
    await expect(findCometbft({ CONET_COMETBFT: join(dir, 'none') })).rejects.toThrow(/go install .*@v0\.39\.4/)
  })
})

describe('keys', () => {
  it('are made once, closed to others, and read again', async () => {
    const made = await cometbftKeys(dir)
    expect(await cometbftKeys(dir)).toEqual(made)
    expect(made.nodeId).toMatch(/^[0-9a-f]{40}$/)
    expect((await stat(join(dir, 'config', 'priv_validator_key.json'))).mode & 0o077).toBe(0)
    const file = JSON.parse(await readFile(join(dir, 'config', 'priv_validator_key.json'), 'utf8'))
    expect(file.address).toBe(addressOf(Buffer.from(made.validatorKey, 'hex')).toUpperCase())
  })

  it('are refused without the record of votes, which would let the validator vote twice', async () => {
    await cometbftKeys(dir)
    await rm(join(dir, 'data', 'priv_validator_state.json'))
    await expect(cometbftKeys(dir)).rejects.toMatchObject({ code: 'ENGINE_FAILED', data: { file: expect.any(String) } })
  })
})

describe('genesis of the chain', () => {
  it('follows from ours alone, whatever the order of members, and differs when ours does', () => {
    const { lid, timeMs, assets, accounts } = TINY_GENESIS
    const own = 'ab'.repeat(32)
    const same = chainGenesis({ accounts, assets, timeMs, lid }, own)
    expect(same).toEqual(chainGenesis(TINY_GENESIS, own))
    expect(chainGenesis({ ...TINY_GENESIS, timeMs: timeMs + 1 }, own).chainId).not.toBe(same.chainId)
    expect(same.chainId.startsWith(`${lid}-`)).toBe(true)
    const validators = [{ owner: 'did:web:a', publicKey: 'cd'.repeat(32), power: 3 }]
    expect(chainGenesis({ ...TINY_GENESIS, validators }, own)).toEqual(
      chainGenesis({ ...TINY_GENESIS, validators }, 'ef'.repeat(32)),
    )
  })
})

describe('settings', () => {
  it('quote what an owner wrote, so that no setting can smuggle in another', () => {
    const settings = { appSocket: '/a', rpcSocket: '/r', p2pListen: 'h:1', peers: [], logLevel: 'error' }
    const text = configText({ ...settings, moniker: 'x"\n[rpc]\nunsafe = true' })
    expect(text.split('\n').filter(line => line.startsWith('unsafe'))).toEqual([])
    expect(text).toContain('create_empty_blocks = false')
  })
})

describe('launch', () => {
  it('gives the process its arguments and the settings nobody has chosen, and lets the kernel wake it late', async () => {
    const binary = await script('the engine', 'echo "$GOGC $*"; cat /proc/self/timerslack_ns 2>/dev/null; exit 7')
    const child = launch(binary, ['start', '--home', "a b$'"], ['ignore', 'pipe', 'inherit'])
    const said = allOf(child.stdout as Readable)
    expect(await once(child, 'exit')).toEqual([7, null])
    const [settings, slack] = (await said).trim().split('\n')
    expect(settings).toBe(`${process.env.GOGC ?? 400} start --home a b$'`)
    expect(slack).toBe(process.platform === 'linux' ? '2000000' : undefined)
  })

  it('says that there is no such program', async () => {
    const child = launch(join(dir, 'none'), ['start'], ['ignore', 'ignore', 'pipe'])
    const said = allOf(child.stderr as Readable)
    expect(await once(child, 'exit')).toEqual([127, null])
    expect(await said).toContain(join(dir, 'none'))
  })
})

describe('supervisor', () => {
  it('starts a dead program again and again, says why it ended, and ends it with a stop', async () => {
    const binary = await script('engine', 'echo life; sleep 0.2; echo "the reason"; exit 3')
    const events: SupervisorEvent[] = []
    const options = { binary, home: dir, socket: join(dir, 's'), answers: async () => false }
    const supervisor = new Supervisor({ ...options, onEvent: event => events.push(event) })
    await supervisor.start()
    while (events.filter(event => event.type === 'started').length < 2) await pause(20)
    await supervisor.stop()
    const ended = events.find(event => event.type === 'ended')
    expect(ended).toMatchObject({ why: 'it ended with code 3', lastLines: expect.stringMatching(/the reason$/) })
    const started = events.filter(event => event.type === 'started').length
    await pause(800)
    expect(events.filter(event => event.type === 'started').length).toBe(started)
  })

  it('starts a program again that lives on although its consensus gave up', async () => {
    const binary = await script(
      'engine',
      'echo "E CONSENSUS FAIL"; printf "E CONSENSUS FAILURE!!! err=full"; exec sleep 60',
    )
    const events: SupervisorEvent[] = []
    const options = { binary, home: dir, socket: join(dir, 's'), answers: async () => true }
    const supervisor = new Supervisor({ ...options, onEvent: event => events.push(event) })
    await supervisor.start()
    while (events.filter(event => event.type === 'started').length < 2) await pause(20)
    await supervisor.stop()
    const ended = events.find(event => event.type === 'ended')
    expect(ended).toMatchObject({ why: 'it ended by SIGTERM', lastLines: expect.stringMatching(/err=full$/) })
  })

  it('ends what a killed node left behind, and nobody else who has that number', async () => {
    const file = join(dir, 'pid')
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', dir], { stdio: 'ignore' })
    const gone = once(left, 'exit')
    await writeFile(file, String(left.pid))
    await endStale(file, join(dir, 'other'))
    expect(left.exitCode ?? left.signalCode).toBeNull()
    await pause(200)
    await endStale(file, dir)
    await gone
    expect(left.signalCode).toBe('SIGTERM')
  })
})
