import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NodeProcess, writeConfig } from './network.js'
import { conet, scratch } from './program.js'

/** Exit code of a refusal: see `conet --help`. */
const REFUSED = 3

describe('starting a node', () => {
  const place = scratch()
  let node: NodeProcess
  const up = async (config: string, env: NodeJS.ProcessEnv = {}) => {
    const { code, stdout } = await conet(['up', '--json', '--config', config], env)
    return { exit: code, ...(JSON.parse(stdout) as { error: { code: string; message: string } }) }
  }
  const written = (text: string) => {
    const path = join(place.dir, 'config.yaml')
    writeFileSync(path, text)
    return path
  }
  beforeAll(async () => {
    node = await NodeProcess.start(place.dir, { name: 'node' })
  })
  afterAll(async () => {
    await node?.running.end('SIGKILL')
    place.remove()
  })

  it.each<[string, string, string, RegExp]>([
    ['a line that is no YAML', 'a: [b', 'CONFIG_SYNTAX', /line 1/],
    ['a misspelled member', 'nmae: x', 'CONFIG_INVALID', /nmae: there is no such member/],
    ['a port out of range', 'api: { port: 99999 }', 'CONFIG_INVALID', /api\.port/],
    ['a fractional price', offerWith('1.5'), 'CONFIG_INVALID', /offers\.0\.terms\.perGiB/],
    ['a negative price', offerWith('-1'), 'CONFIG_INVALID', /offers\.0\.terms\.perGiB/],
    ['nobody to follow', 'ledger: { engine: follow }', 'CONFIG_CONFLICT', /ledger\.url/],
  ])('with %s tells which and why', async (_, text, code, message) => {
    const { exit, error } = await up(written(text))
    expect({ exit, code: error.code }).toEqual({ exit: REFUSED, code })
    expect(error.message).toMatch(message)
  })

  it('without a readable file, or with a wrong variable, tells which', async () => {
    expect((await up(join(place.dir, 'nowhere.yaml'))).error.code).toBe('CONFIG_UNREADABLE')
    const { error } = await up(written('name: x'), { CONET_API_PORT: 'eighty' })
    expect(error).toMatchObject({ code: 'CONFIG_ENV', message: expect.stringContaining('CONET_API_PORT') })
  })

  it('on the folder of a running node is refused, and that node goes on', async () => {
    const second = await up(writeConfig(place.dir, { name: 'node' }))
    expect(second).toMatchObject({ exit: REFUSED, error: { code: 'DATA_LOCKED' } })
    expect(second.error.message).toContain(String(node.running.child.pid))
    expect((await fetch(`${node.url}/healthz`)).status).toBe(200)
  })

  it('with another genesis than the folder began with is refused, and nothing is changed', async () => {
    await node.running.end('SIGKILL')
    const path = join(place.dir, 'node', 'node', 'genesis.json')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('1000000000000', '2000000000000'))
    const refused = await up(writeConfig(place.dir, { name: 'node' }))
    expect(refused).toMatchObject({ exit: REFUSED, error: { code: 'GENESIS_MISMATCH' } })
    writeFileSync(path, text)
    node = await node.again()
    expect(await node.balance(node.did)).toBe(1_000_000_000_000n)
  })
})

function offerWith(perGiB: string): string {
  const terms = { perGiB, perHour: '0', maxUnpaid: '1000', maxUnpaidCap: '1000' }
  return JSON.stringify({ offers: [{ key: 'a', name: 'a', area: { lat: 0, lon: 0, radiusM: 1 }, terms }] })
}
