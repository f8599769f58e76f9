import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NodeApi, nodePorts, openConnection, type SessionEvent, walletFromSeed } from '@conet/client'
import { FakeProvider } from '@conet/client/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { disputesIn, keepEvidence } from './evidence.js'
import { runCli } from './program.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function folder(): string {
  const home = mkdtempSync(join(tmpdir(), 'conet-evidence-'))
  closers.push(() => rmSync(home, { recursive: true, force: true }))
  return home
}

async function fake(options: Parameters<typeof FakeProvider.start>[0]): Promise<FakeProvider> {
  const provider = await FakeProvider.start(options)
  closers.push(() => provider.die())
  return provider
}

/** A visit that ends in a dispute, with its evidence kept as `conet connect` keeps it. */
async function disputeWith(cheat: FakeProvider, home: string): Promise<void> {
  const kept: string[] = []
  const keep = (sid: string, event: SessionEvent) =>
    event.type === 'evidence' && kept.push(keepEvidence(home, sid, event))
  const connection = await openConnection({
    api: new NodeApi(cheat.base, { ports: nodePorts }),
    wallet: walletFromSeed(new Uint8Array(32).fill(3), nodePorts),
    offer: cheat.offer.id,
    onEvent: event => event.type === 'session' && keep(event.sid, event.event),
  })
  closers.push(() => connection.stop())
  await expect.poll(() => kept.length, { timeout: 10_000 }).toBe(1)
}

async function offersSeenFrom(
  home: string,
  node: string,
): Promise<readonly { readonly id: string; readonly reasons: unknown }[]> {
  let stdout = ''
  const streams = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: () => true } }
  const env = { CONET_HOME: home, CONET_NODE: node }
  await runCli({ argv: ['offers', '--json'], env, streams, signal: new AbortController().signal })
  return (JSON.parse(stdout) as { items: { id: string; reasons: unknown }[] }).items
}

describe('evidence of a dispute', () => {
  it('puts its provider behind all others in every later command, until it is deleted', async () => {
    const home = folder()
    const honest = await fake({ seedByte: 9, quality: { sessions: 0 } })
    const quality = { sessions: 50 }
    const cheat = await fake({ seedByte: 8, inflate: 50_000_000n, quality, others: () => [honest.offer] })
    expect((await offersSeenFrom(home, cheat.base)).map(one => one.id)).toEqual(['offer-8', 'offer-9'])

    await disputeWith(cheat, home)
    expect(disputesIn(home)).toEqual(new Map([[cheat.offer.provider, 1]]))
    const seen = await offersSeenFrom(home, cheat.base)
    expect(seen.map(one => one.id)).toEqual(['offer-9', 'offer-8'])
    expect(JSON.stringify(seen[1]?.reasons)).toContain('1 disputed with this device')

    rmSync(join(home, 'evidence'), { recursive: true })
    expect((await offersSeenFrom(home, cheat.base)).map(one => one.id)).toEqual(['offer-8', 'offer-9'])
  })

  it.each(['', '{', '{"statement":7}', '{"statement":"a.b.c"}', '[]', 'null'])(
    'passes over a file that says %j',
    text => {
      const home = folder()
      keepEvidence(home, 'aa', { type: 'evidence' } as Parameters<typeof keepEvidence>[2])
      writeFileSync(join(home, 'evidence', 'bb.json'), text)
      expect(disputesIn(home)).toEqual(new Map())
    },
  )
})
