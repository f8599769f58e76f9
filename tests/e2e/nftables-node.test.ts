import { existsSync } from 'node:fs'
import { createLab, ended, type Lab, ORIGIN, whyNoLab } from '@conet/gateway/nftables/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Box, conet, openBox } from './nftables/box.js'

// Programs are started many times, on a machine that may do other things too.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const missing = whyNoLab('curl')
if (missing !== undefined) console.log(`SKIPPED: a node with the nftables gateway: ${missing}`)

const NODE_URL = 'http://10.77.0.1:8640'
const SIZE = 3_000_000

describe.runIf(missing === undefined)('a node whose gateway is nftables', () => {
  let lab: Lab
  let box: Box

  beforeAll(async () => {
    lab = createLab('node')
    box = await openBox(lab, SIZE, config => config.replace('key: access', 'key: access\n    rateKbps: 400000'))
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
    const said = conet(lab, 'client', 'connect', '--home', box.home, '--node', NODE_URL, '--json', '--', ...words)
    const result = JSON.parse(said)
    expect(result).toMatchObject({ exitCode: 0, sessions: [{ reason: 'CLIENT_DONE', hops: 0 }] })
    expect(Number(result.bytesDown)).toBeGreaterThanOrEqual(SIZE)
    expect(BigInt(result.paid.credit)).toBeGreaterThan(0n)
    // The session is over: nothing of it is left in the kernel.
    expect(lab.in('gateway', 'nft list table inet conet_gw')).not.toMatch(/elements = \{ [0-9a-f]+:[0-9a-f]+ /)
  })

  it('takes what other programs of the device use for the device’s own', () => {
    const url = `http://${ORIGIN.four}:8000/`
    // Not through the port of `conet connect`: the whole device is let through, and billed.
    const words = ['sh', '-c', `for i in 1 2 3 4 5; do curl -s --noproxy '*' -o /dev/null ${url}; sleep 1; done`]
    const said = conet(lab, 'client', 'connect', '--home', box.home, '--node', NODE_URL, '--json', '--', ...words)
    const result = JSON.parse(said)
    expect(result).toMatchObject({ exitCode: 0, switches: 0, sessions: [{ reason: 'CLIENT_DONE' }] })
    expect(Number(result.bytesDown)).toBeGreaterThanOrEqual(5 * SIZE)
  })

  it('leaves no rule and no socket when both end', async () => {
    await ended(box.node, 'SIGINT')
    await ended(box.helper)
    expect(lab.in('gateway', 'nft list tables')).toBe('')
    expect(existsSync(lab.socket)).toBe(false)
  })
})
