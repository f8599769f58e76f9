import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLab, ended, type Lab, ORIGIN, saying, whyNoLab } from '@conet/gateway/nftables/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

// Programs are started many times, on a machine that may do other things too.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const missing = whyNoLab('curl')
if (missing !== undefined) console.log(`SKIPPED: a node with the nftables gateway: ${missing}`)

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))
const NODE_URL = 'http://10.77.0.1:8640'
const SIZE = 3_000_000

describe.runIf(missing === undefined)('a node whose gateway is nftables', () => {
  let lab: Lab
  let home: string
  let node: ReturnType<Lab['start']>
  let helper: ReturnType<Lab['start']>
  const conet = (namespace: 'client' | 'gateway', ...words: string[]) => {
    const args = ['netns', 'exec', lab.ns[namespace], process.execPath, MAIN, ...words]
    const { status, stdout, stderr } = spawnSync('ip', args, { encoding: 'utf8', timeout: 80_000 })
    if (status !== 0) throw new Error(`conet ${words.join(' ')}: ${stdout} ${stderr}`)
    return stdout
  }

  beforeAll(async () => {
    lab = createLab('node')
    home = join(lab.folder, 'home')
    helper = await lab.helper()
    conet('gateway', 'init', '--home', home, '--name', 'hotspot', '--type', 'household', '--json')
    const file = join(home, 'config.yaml')
    const lines = readFileSync(file, 'utf8')
      .replace('host: 127.0.0.1\n', 'host: 10.77.0.1\n')
      .replace(
        /gateway:\n {2}host: \S+/,
        `gateway:\n  kind: nftables\n  helperSocket: ${lab.socket}\n  host: 10.77.0.1`,
      )
      .replace('key: access', 'key: access\n    rateKbps: 400000')
    writeFileSync(file, lines)
    node = lab.start('gateway', process.execPath, [MAIN, 'up', '--home', home, '--json'])
    node.stderr?.resume()
    await saying(node, 'stdout', '"url"')
    const serve = `require('http').createServer((q, r) => r.end(Buffer.alloc(${SIZE}))).listen(8000, '::', () => console.log('ready'))`
    await saying(lab.start('origin', process.execPath, ['-e', serve]), 'stdout', 'ready')
  })
  afterAll(() => lab?.dispose())

  it('serves a paying device through the kernel, and keeps out what does not pay', () => {
    const words = [
      'curl',
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code} %{size_download}',
      `http://${ORIGIN.four}:8000/`,
    ]
    expect(lab.in('client', `${words.slice(0, 4).join(' ')} --max-time 3 ${words.at(-1)} || echo refused $?`)).toBe(
      'refused 7\n',
    )
    const said = conet('client', 'connect', '--home', home, '--node', NODE_URL, '--json', '--', ...words)
    const result = JSON.parse(said)
    expect(result).toMatchObject({ exitCode: 0, sessions: [{ reason: 'CLIENT_DONE', hops: 0 }] })
    expect(Number(result.bytesDown)).toBeGreaterThanOrEqual(SIZE)
    expect(BigInt(result.paid.credit)).toBeGreaterThan(0n)
    // The session is over: nothing of it is left in the kernel.
    expect(lab.in('gateway', 'nft list table inet conet_gw')).not.toMatch(/elements = \{ [0-9a-f]+:[0-9a-f]+ /)
  })

  it('leaves no rule and no socket when both end', async () => {
    await ended(node, 'SIGINT')
    await ended(helper)
    expect(lab.in('gateway', 'nft list tables')).toBe('')
    expect(existsSync(lab.socket)).toBe(false)
  })
})
