import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { openStore } from '../storage/index.js'
import { settled, World } from './testing/set-up.js'

const folder = mkdtempSync(join(tmpdir(), 'conet-crash-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** After five rounds some promises are stored and not checked yet. A provider with a real store in its own process that dies by SIGKILL right after an acknowledgement. */
const VICTIM = `
import { World } from ${JSON.stringify(new URL('../../dist/provider/testing/set-up.js', import.meta.url).href)}
import { openStore } from ${JSON.stringify(new URL('../../dist/storage/index.js', import.meta.url).href)}
const world = new World({}, openStore(${JSON.stringify(folder)}, 'provider'))
await world.service.start()
const clients = []
for (let i = 0; i < 20; i++) clients.push((await world.client(i)).attach())
for (const { sid } of clients) world.gateway.carry(sid, 1_000n)
while (!clients.every(client => client.view.roundsPaid >= 5)) {
  await world.clock.advance(100)
  await new Promise(resolve => setTimeout(resolve, 5))
}
const told = clients.map(({ sid, view }) => sid + ' ' + view.promised + ' ' + view.roundsPaid).join('\\n')
process.stdout.write(told + '\\n', () => process.kill(process.pid, 'SIGKILL'))
`

it('settles after kill -9 everything that was acknowledged, on the same store', async () => {
  const victim = spawn(process.execPath, ['--input-type=module', '-e', VICTIM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  victim.stdout.on('data', chunk => {
    told += String(chunk)
  })
  const [, signal] = await once(victim, 'close')
  expect(signal).toBe('SIGKILL')
  const promised = told
    .trim()
    .split('\n')
    .map(line => line.split(' '))
  expect(promised).toHaveLength(20)

  const store = openStore(folder, 'provider')
  const world = new World({}, store)
  await world.service.start()
  await settled()
  for (const [sid = '', amount, rounds] of promised) {
    expect(world.ledger.settledOf.get(sid) ?? 0n).toBeGreaterThanOrEqual(BigInt(amount ?? '0'))
    const view = world.service.get(sid)
    expect(view).toMatchObject({ phase: 'closed', reason: 'FAULT', promised: view?.owed, round: view?.roundsPaid })
    expect(view?.roundsPaid).toBeGreaterThanOrEqual(Number(rounds))
    expect(view?.bytesDown).toBe(1_000n)
  }
  expect(BigInt(promised[0]?.[1] ?? '0')).toBeGreaterThanOrEqual(50_000n)
  await world.stop()
  await store.close()
})
