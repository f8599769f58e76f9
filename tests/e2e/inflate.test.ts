import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodePorts, openOrCreateKeystore, walletFromSeed } from '@conet/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeProvider, QUICK } from '../../packages/client/src/testing/fake-provider.js'
import { payloadOf } from './by-hand.js'
import { download, goOnline } from './online.js'
import { type Origin, startOrigin } from './origin.js'
import { scratch, until } from './program.js'

const MIB = 2 ** 20

describe('a provider that inflates its meter', () => {
  const place = scratch()
  const meter = { inflate: 0n }
  let origin: Origin
  let provider: FakeProvider
  beforeAll(async () => {
    origin = await startOrigin()
    provider = await FakeProvider.start({
      get inflate() {
        return meter.inflate
      },
    })
  })
  afterAll(async () => {
    await provider.die()
    await origin.close()
    place.remove()
  })

  it('is left in dispute: both counts are kept, and no more is lost than the rules state', async () => {
    const home = join(place.dir, 'visitor')
    mkdirSync(home, { mode: 0o700 })
    const wallet = walletFromSeed(openOrCreateKeystore(join(home, 'wallet.json')), nodePorts)
    const online = await goOnline({ home, wallet }, '--node', provider.base, '--offer', provider.offer.id)
    await download(online.port, `${origin.url}/bytes/${2 * MIB}`).done
    await until(() => (provider.state?.paidRounds ?? 0) >= 2)
    const honest = provider.settled
    expect(honest).toBeGreaterThan(0n)
    meter.inflate = 50n * BigInt(MIB)
    await until(() => provider.effects.some(effect => effect.type === 'finished'))
    meter.inflate = 0n
    const [session] = (await online.stop()).sessions
    expect(session?.reason).toBe('METER_DISPUTE')
    const evidence = JSON.parse(readFileSync(join(home, 'evidence', `${session?.sid}.json`), 'utf8'))
    expect(evidence.dispute).toBe('METER_ABOVE_COUNT')
    const claimed = payloadOf(evidence.statement)
    expect(BigInt(String(claimed.bytesDown)) - BigInt(evidence.own.bytesDown)).toBeGreaterThan(BigInt(40 * MIB))
    expect(payloadOf(evidence.promised).owed).toBe(session?.paid)
    // RND-13: one round's time, and the bytes of the tolerance, above what was had and paid before the lie.
    const { tariff, trialMs, restMs } = QUICK
    const roundPrice = (tariff.perHour * BigInt(trialMs + restMs)) / 3_600_000n
    const slack = ((BigInt(3 * MIB) / 20n + QUICK.toleranceBytes) * tariff.perGiB) / 2n ** 30n
    expect(BigInt(session?.paid ?? 0) - honest).toBeLessThanOrEqual(roundPrice + slack + 1n)
    expect(provider.settled).toBe(BigInt(session?.paid ?? 0))
  })
})
