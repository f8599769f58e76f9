import { signEnvelope } from '@conet/core/wire'
import { nodeSha256 } from '@conet/engines/crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sealer } from './seal.js'
import { key, LID } from './testing/fake-client.js'
import { hashOf } from './testing/set-up.js'

it('writes a statement just as the general way would', () => {
  const signer = key(1)
  const seal = sealer(signer, nodeSha256)
  const count = fc.bigInt(0n, 2n ** 95n - 1n)
  const time = fc.nat(2 ** 31)
  const statement = fc.record({ bytesUp: count, bytesDown: count, elapsedMs: time, owed: count, at: time })
  fc.assert(
    fc.property(statement, fc.boolean(), (part, final) => {
      const payload = {
        lid: LID,
        sid: '0'.repeat(32),
        client: key(2).did,
        provider: signer.did,
        round: 1,
        ...part,
        paidUntil: part.at,
        due: part.at,
        ...(final ? { final: true } : {}),
      }
      const sealed = seal('conet-statement+jwt', payload)
      const whole = signEnvelope('conet-statement+jwt', payload, signer)
      expect(sealed.text).toBe(whole.slice(0, whole.lastIndexOf('.')))
      expect(sealed.hash).toBe(hashOf(whole))
    }),
    { numRuns: 20 },
  )
})
