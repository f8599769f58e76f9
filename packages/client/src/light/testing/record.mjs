/**
 * Records vectors/light-client.json from real CometBFT nodes: `node record.mjs <cometbft binary> <out file>`.
 *
 * Four validators of power 10 on loopback with the engine's own kvstore application. Their powers change, one is killed,
 * and two are removed, so that the last set shares less than a third of its signers with the first. About 20 s.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const CHAIN_ID = 'light-test'
const POWER = '10'
const COUNT = 4

const [binary, out] = process.argv.slice(2)
if (binary === undefined || out === undefined) throw new Error('usage: node record.mjs <cometbft binary> <out file>')

const home = mkdtempSync(join(tmpdir(), 'conet-light-'))
const running = []
try {
  const ports = await freePorts(2 * COUNT)
  const genesis = await prepare(ports)
  for (let i = 0; i < COUNT; i++) running.push(start(i))
  const rpc = ports.slice(0, COUNT)
  const keys = genesis.validators.map(validator => validator.pub_key.value)
  // Asked of the node that signs to the end.
  const ask = (path, i = 2) => call(rpc[i], path)
  const reach = async height => {
    while (Number((await ask('status')).sync_info.latest_block_height) < height) await pause(100)
  }
  const send = async tx => {
    const { check_tx, tx_result } = await ask(`broadcast_tx_commit?tx=${encodeURIComponent(JSON.stringify(tx))}`)
    if (check_tx.code !== 0 || tx_result.code !== 0) throw new Error(`${tx} was refused`)
  }
  await retry(() => reach(3))
  await send('coverage=good')
  await send(`val=ed25519!${keys[0]}!25`)
  await reach(8)
  running[3].kill('SIGKILL')
  await reach(12)
  await send(`val=ed25519!${keys[2]}!100`)
  await reach(16)
  await send(`val=ed25519!${keys[0]}!0`)
  await send(`val=ed25519!${keys[1]}!0`)
  const last = Number((await ask('status')).sync_info.latest_block_height) + 5
  await reach(last + 1)
  const heights = []
  for (let height = 1; height <= last; height++) {
    const { header, commit } = (await ask(`commit?height=${height}`)).signed_header
    const { validators } = await ask(`validators?height=${height}&per_page=100`)
    heights.push({ header, commit, validators })
  }
  const made = `packages/client/src/light/testing/record.mjs with ${execFileSync(binary, ['version']).toString().trim()}`
  const founders = genesis.validators.map(({ address, pub_key, power }) => ({ address, pub_key, power }))
  writeFileSync(out, `${JSON.stringify({ made, chainId: CHAIN_ID, founders, heights }, null, 1)}\n`)
} finally {
  for (const child of running) child.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
}

async function prepare(ports) {
  execFileSync(binary, ['testnet', '--v', String(COUNT), '--o', home, '--populate-persistent-peers=false'])
  const folder = i => join(home, `node${i}`)
  const ids = []
  for (let i = 0; i < COUNT; i++)
    ids.push(
      execFileSync(binary, ['show-node-id', '--home', folder(i)])
        .toString()
        .trim(),
    )
  const genesis = JSON.parse(readFileSync(join(folder(0), 'config', 'genesis.json'), 'utf8'))
  genesis.chain_id = CHAIN_ID
  genesis.validators = genesis.validators.map(validator => ({ ...validator, power: POWER }))
  for (let i = 0; i < COUNT; i++) {
    writeFileSync(join(folder(i), 'config', 'genesis.json'), JSON.stringify(genesis))
    const peers = ids.map((id, at) => `${id}@127.0.0.1:${ports[COUNT + at]}`).filter((_, at) => at !== i)
    const file = join(folder(i), 'config', 'config.toml')
    const toml = readFileSync(file, 'utf8')
      .replace(/^laddr = "tcp:\/\/127\.0\.0\.1:26657"/m, `laddr = "tcp://127.0.0.1:${ports[i]}"`)
      .replace(/^laddr = "tcp:\/\/0\.0\.0\.0:26656"/m, `laddr = "tcp://127.0.0.1:${ports[COUNT + i]}"`)
      .replace(/^persistent_peers = .*/m, `persistent_peers = "${peers.join(',')}"`)
      .replace(/^allow_duplicate_ip = .*/m, 'allow_duplicate_ip = true')
      .replace(/^addr_book_strict = .*/m, 'addr_book_strict = false')
      .replace(/^pprof_laddr = .*/m, 'pprof_laddr = ""')
      .replace(/^timeout_commit = .*/m, 'timeout_commit = "200ms"')
      .replace(/^timeout_propose = .*/m, 'timeout_propose = "500ms"')
    writeFileSync(file, toml)
  }
  return genesis
}

function start(i) {
  const args = ['node', '--home', join(home, `node${i}`), '--proxy_app=kvstore', '--log_level', 'error']
  return spawn(binary, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function call(port, path) {
  const answer = await (await fetch(`http://127.0.0.1:${port}/${path}`)).json()
  if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error))
  return answer.result
}

async function retry(run) {
  for (let left = 100; ; left--) {
    try {
      return await run()
    } catch (error) {
      if (left === 0) throw error
      await pause(200)
    }
  }
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise(resolve => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map(server => server.address().port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}
