import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, describe, expect, it } from 'vitest'
import { radius } from '../commands/radius.js'
import { createOutput } from '../output.js'
import { interfaceMeter } from './interface-meter.js'
import { networkBlock } from './supplicant.js'

const folder = mkdtempSync(join(tmpdir(), 'conet-radius-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const config = join(folder, 'config.yaml')
const part = {
  network: 'rose-street',
  certificateFile: '/etc/ssl/certs/radius.pem',
  nas: [{ address: '192.0.2.10', secret: 'secret-of-the-ap' }],
}
const write = (more: object) => writeFileSync(config, JSON.stringify({ dataDir: folder, ...more }))

async function run(...argv: string[]): Promise<string> {
  let text = ''
  const stream = { write: (piece: string) => (text += piece) }
  const command = new Command('radius').exitOverride().option('--json', '', false)
  radius.configure(command)
  command.parse([...argv, '--config', config], { from: 'user' })
  const context = {
    out: createOutput({ stdout: stream, stderr: stream }, argv.includes('--json'), { NO_COLOR: '1' }),
    ...{ env: {}, home: folder, node: 'http://127.0.0.1:1', signal: new AbortController().signal },
  }
  expect(await radius.run(context, command.args, command.opts())).toBe(0)
  return text
}

describe('conet radius files', () => {
  it('needs a part radius, the key that the node made, and a certificate with its key', async () => {
    write({})
    await expect(run('files')).rejects.toMatchObject({ code: 'RADIUS_SETTING' })
    write({ radius: { ...part, certificateFile: undefined } })
    await expect(run('files', '--private-key', '/key')).rejects.toMatchObject({ code: 'USAGE' })
    write({ radius: part })
    await expect(run('files')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(run('files', '--private-key', '/key')).rejects.toMatchObject({ code: 'RADIUS_SETTING' })
  })

  it('prints them with the access points and the key, and writes them so that not everybody reads the secrets', async () => {
    write({ radius: part })
    writeFileSync(join(folder, 'radius.key'), `${'k'.repeat(43)}\n`)
    const shown = await run('files', '--private-key', '/etc/ssl/private/radius.key')
    expect(shown).toContain('ipaddr = 192.0.2.10')
    expect(shown).toContain(`password = "${'k'.repeat(43)}"`)
    expect(existsSync(join(folder, 'raddb'))).toBe(false)
    const paths = await run(
      'files',
      '--private-key',
      '/k.pem',
      '--alone',
      '--out',
      join(folder, 'raddb'),
      '--auth',
      '11812',
    )
    expect(paths.trim().split('\n')).toHaveLength(5)
    const site = join(folder, 'raddb', 'sites-enabled', 'conet')
    expect(readFileSync(site, 'utf8')).toContain('port = 11812')
    expect(statSync(site).mode & 0o007).toBe(0)
  })

  it('refuses an address of an access point that is none, and tasks there are not', async () => {
    write({ radius: { ...part, nas: [{ address: 'ap.example', secret: 'secret-of-the-ap' }] } })
    await expect(run('files', '--private-key', '/key')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(run('join')).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('what a supplicant is given', () => {
  const given = { network: 'rose-street', user: 'ab'.repeat(16), password: 'A'.repeat(88) }

  it('pins the certificate by its hash', () => {
    const certificateSha256 = 'cd'.repeat(32)
    expect(networkBlock({ ...given, certificateSha256, serverName: 'radius.example' })).toBe(
      [
        'network={',
        '  ssid="rose-street"',
        '  key_mgmt=WPA-EAP',
        '  eap=TTLS',
        '  phase2="auth=PAP"',
        '  anonymous_identity="anonymous"',
        `  identity="${given.user}"`,
        `  password="${given.password}"`,
        `  ca_cert="hash://server/sha256/${certificateSha256}"`,
        '}',
      ].join('\n'),
    )
  })

  it('says the server’s name where there is no hash', () => {
    expect(networkBlock({ ...given, serverName: 'radius.example' })).toContain(
      '  domain_suffix_match="radius.example"\n',
    )
  })

  it('has no line that the node slipped in', () => {
    const evil = '"\n}\nnetwork={\n  key_mgmt=NONE'
    const block = networkBlock({ ...given, network: evil, certificateSha256: evil, serverName: evil })
    expect(block.split('\n')).toHaveLength(9)
    expect(block).not.toContain('key_mgmt=NONE')
  })
})

const counted = existsSync('/sys/class/net/lo')
if (!counted) console.log('SKIPPED: counting an interface: only Linux counts in /sys/class/net')

describe.skipIf(!counted)('counting an interface', () => {
  it('begins at zero and never goes down', () => {
    const meter = interfaceMeter('lo')
    const [before, after] = [meter.read(), meter.read()]
    expect(before.bytesUp).toBeGreaterThanOrEqual(0n)
    expect(after.bytesDown).toBeGreaterThanOrEqual(before.bytesDown)
  })

  it('says which interface there is not, without leaving the folder of interfaces', () => {
    for (const name of ['no-such-one', '../../etc', ''])
      expect(() => interfaceMeter(name)).toThrow(expect.objectContaining({ code: 'INTERFACE_UNKNOWN' }))
  })
})
