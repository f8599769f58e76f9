import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLab, type Lab, saying, whyNoLab } from '@conet/gateway/nftables/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

// Programs are started many times, on a machine that may do other things too.
vi.setConfig({ testTimeout: 60_000 })

const missing = whyNoLab('curl', 'dnsmasq')
if (missing !== undefined) console.log(`SKIPPED: conet gateway setup in a namespace: ${missing}`)

const SETUP = new URL('../../packages/gateway/dist/nftables/setup/index.js', import.meta.url).href
const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))

describe.runIf(missing === undefined)('conet gateway setup', () => {
  let lab: Lab
  let root: string
  beforeAll(() => {
    lab = createLab('setup')
    root = join(lab.folder, 'root')
    mkdirSync(join(root, 'etc/dnsmasq.d'), { recursive: true })
    writeFileSync(join(root, 'etc/dnsmasq.d/conet.conf'), '# the owner wrote this\n', { mode: 0o640 })
    lab.in('gateway', 'sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0; ip link set lan0 down')
  })
  afterAll(() => lab.dispose())

  const inside = (...args: string[]) => {
    const words = ['netns', 'exec', lab.ns.gateway, process.execPath, ...args]
    return JSON.parse(execFileSync('ip', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))
  }
  /** The same functions as the command calls, without loading the rest of the command line each time. */
  const setup = (what: 'apply' | 'undo', lan = 'lan0') => {
    const spec = { system: 'debian', lan, wan: 'wan0', address4: '10.55.0.1/24', address6: 'fd55::1/64' }
    const script = `import { applySetup, DEFAULT_SETUP, planSetup, undoSetup } from '${SETUP}'
      const ports = { root: '${root}', services: false }
      const plan = planSetup({ ...DEFAULT_SETUP, ...${JSON.stringify(spec)} }, ports.root)
      const run = ${what === 'apply' ? 'applySetup(plan, ports)' : 'undoSetup(ports)'}
      console.log(JSON.stringify(await run.catch(({ code, data }) => ({ code, data })) ?? []))`
    return inside('--input-type=module', '-e', script)
  }
  const NAMES = ['--lan', 'lan0', '--wan', 'wan0', '--address4', '10.55.0.1/24', '--address6', 'fd55::1/64']
  const conet = (...words: string[]) =>
    inside(MAIN, 'gateway', 'setup', '--json', '--no-services', '--root', root, ...NAMES, ...words)
  /** Everything a set-up can touch, as one text. */
  const state = () => {
    const files = (readdirSync(root, { recursive: true }) as string[]).sort().map(name => {
      const path = join(root, name)
      const { mode } = statSync(path)
      return `${name} ${(mode & 0o7777).toString(8)} ${statSync(path).isFile() ? readFileSync(path, 'utf8') : ''}`
    })
    const kernel = lab.in(
      'gateway',
      'sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding net.ipv6.conf.wan0.accept_ra; nft list ruleset; ip -o -4 addr show dev lan0 | tr -s " "; ip -o -6 addr show dev lan0 scope global | cut -d" " -f1-7; ip link show lan0 | head -1',
    )
    return `${files.join('\n')}\n${kernel.replace(/,?LOWER_UP|,?NO-CARRIER|state \w+/g, '')}`
  }

  it('shows everything and changes nothing without --apply', () => {
    const before = state()
    const shown = conet()
    expect(shown).toMatchObject({ ok: true, applied: false })
    expect(shown.files.length).toBeGreaterThan(4)
    expect(state()).toBe(before)
  })

  it('does it for real, and undoes it to the letter', () => {
    const before = state()
    expect(conet('--apply')).toMatchObject({ ok: true, applied: true })
    const kernel = lab.in('gateway', 'sysctl -n net.ipv4.ip_forward; nft list tables; ip -o addr show dev lan0')
    expect(kernel).toMatch(/^1\n/)
    expect(kernel).toContain('table inet conet_guard')
    expect(kernel).toContain('10.55.0.1/24')
    expect(kernel).toContain('fd55::1/64')
    expect(lab.in('gateway', `dnsmasq --test -C ${root}/etc/dnsmasq.d/conet.conf 2>&1`)).toContain('syntax check OK')
    expect(JSON.parse(readFileSync(join(root, 'etc/conet/gateway.json'), 'utf8'))).toMatchObject({ lan: ['lan0'] })
    expect(setup('apply')).toMatchObject({ code: 'SETUP_APPLIED' })
    expect(conet('--undo')).toMatchObject({ ok: true, undone: true, complaints: [] })
    expect(state()).toBe(before)
    expect(setup('undo')).toMatchObject({ code: 'SETUP_NOT_APPLIED' })
  })

  it('keeps the router advertisements of an uplink that takes them, and leaves one alone that takes none', () => {
    const now = () => lab.in('gateway', 'sysctl -n net.ipv6.conf.wan0.accept_ra').trim()
    const hook = () => lab.in('gateway', `IFACE=wan0 ${root}/etc/network/if-up.d/conet-uplink`)
    for (const [before, after] of [
      ['1', '2'],
      ['0', '0'],
    ] as const) {
      lab.in('gateway', `sysctl -qw net.ipv6.conf.wan0.accept_ra=${before}`)
      expect(setup('apply')).toEqual([])
      expect(now()).toBe(after)
      // What ifupdown writes when the interface comes up again.
      lab.in('gateway', `sysctl -qw net.ipv6.conf.wan0.accept_ra=${before}`)
      hook()
      expect(now()).toBe(after)
      expect(setup('undo')).toEqual([])
      expect(now()).toBe(before)
    }
    lab.in('gateway', 'sysctl -qw net.ipv6.conf.wan0.accept_ra=1')
  })

  it('takes everything back when a step fails', () => {
    const before = state()
    // The name is fine, but there is no such interface: it cannot be switched on.
    expect(setup('apply', 'none0')).toMatchObject({ code: 'SETUP_FAILED', data: { step: 'ip link set none0 up' } })
    expect(state()).toBe(before)
  })

  it('keeps guests out while no helper runs, whatever the owner forwards', async () => {
    lab.in('gateway', 'ip link set lan0 up; ip addr add 10.77.0.1/24 dev lan0 || true')
    expect(setup('apply')).toEqual([])
    lab.in('client', 'ip route replace default via 10.77.0.1')
    const asked = `curl -s --max-time 2 telnet://10.99.0.2:7 </dev/null || echo $?`
    expect(lab.in('client', asked)).toBe('28\n')
    // Names are answered, but too few to carry traffic inside them; also to a device that has an open flow.
    const count = `let n = 0; const s = require('dgram').createSocket('udp4'); s.on('message', (_, r) => { n++; s.send('x', r.port, r.address) }); s.bind(53, '10.77.0.1', () => console.log('ready')); process.stdin.on('data', () => console.log('heard', n)); `
    const resolver = lab.start('gateway', process.execPath, ['-e', count])
    await saying(resolver, 'stdout', 'ready')
    const asking = `const s = require('dgram').createSocket('udp4'); s.connect(53, '10.77.0.1', async () => { for (let i = 0; i < 600; i++) await new Promise(sent => s.send('x', sent)); s.close() })`
    lab.in('client', `${process.execPath} -e "${asking}"`)
    const heard = saying(resolver, 'stdout', 'heard')
    resolver.stdin?.write('?')
    const names = Number((await heard).match(/heard (\d+)/)?.[1])
    expect(names).toBeGreaterThanOrEqual(100)
    expect(names).toBeLessThan(400)
    expect(setup('undo')).toEqual([])
    expect(existsSync(join(root, 'etc/conet'))).toBe(false)
    lab.in('gateway', 'sysctl -qw net.ipv4.ip_forward=1')
    // Without the guard the packet is forwarded: the origin itself refuses the port.
    expect(lab.in('client', asked)).toBe('7\n')
  })
})
