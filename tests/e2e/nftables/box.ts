import { type ChildProcess, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Lab, saying } from '@conet/gateway/nftables/testing'

const MAIN = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url))

/** A whole hotspot: a node with its helper on the gateway, and a web server behind it. */
export interface Box {
  readonly home: string
  readonly helper: ChildProcess
  readonly node: ChildProcess
}

/** Runs `conet` in one namespace; what it printed. */
export function conet(lab: Lab, namespace: 'client' | 'gateway', ...words: string[]): string {
  const args = ['netns', 'exec', lab.ns[namespace], process.execPath, MAIN, ...words]
  const { status, stdout, stderr } = spawnSync('ip', args, { encoding: 'utf8', timeout: 80_000 })
  if (status !== 0) throw new Error(`conet ${words.join(' ')}: ${stdout} ${stderr}`)
  return stdout
}

/**
 * Sets a node up as an owner does and starts it.
 *
 * @param size - bytes that the web server behind it answers on port 8000
 * @param change - what else the owner writes into the configuration
 */
export async function openBox(lab: Lab, size: number, change: (config: string) => string): Promise<Box> {
  const home = join(lab.folder, 'home')
  const helper = await lab.helper()
  conet(lab, 'gateway', 'init', '--home', home, '--name', 'hotspot', '--type', 'household', '--json')
  const file = join(home, 'config.yaml')
  const config = readFileSync(file, 'utf8')
    .replace('host: 127.0.0.1\n', 'host: 10.77.0.1\n')
    .replace(/gateway:\n {2}host: \S+/, `gateway:\n  kind: nftables\n  helperSocket: ${lab.socket}\n  host: 10.77.0.1`)
  writeFileSync(file, change(config))
  const node = lab.start('gateway', process.execPath, [MAIN, 'up', '--home', home, '--json'])
  node.stderr?.resume()
  await saying(node, 'stdout', '"url"')
  const serve = `require('http').createServer((q, r) => r.end(Buffer.alloc(${size}))).listen(8000, '::', () => console.log('ready'))`
  await saying(lab.start('origin', process.execPath, ['-e', serve]), 'stdout', 'ready')
  return { home, helper, node }
}
