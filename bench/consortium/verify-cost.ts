import { decodeDidKeyUrl } from '@conet/core/identity'
import { decodeEnvelope } from '@conet/core/wire'
import { nodeSha256, verifyBytes } from '@conet/engines'

/** Signatures that are tried, after as many to warm up. */
const SAMPLES = 2_000

/** Processor time of one signature of these transactions in this process, in microseconds; the keys are known by then. */
export function verifyCost(texts: readonly string[]): number {
  const items = texts.slice(0, SAMPLES).map(itemOf)
  for (const item of items) check(item)
  const before = process.cpuUsage()
  for (const item of items) check(item)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / items.length
}

function itemOf(text: string) {
  const decoded = decodeEnvelope(text, { sha256: nodeSha256 })
  if (!decoded.ok) throw new Error(`the load holds what is no transaction: ${decoded.code}`)
  const { header, signingInput, signature } = decoded.value
  const key = decodeDidKeyUrl(header.kid)
  if (!key.ok) throw new Error(`the load holds a signer without a key: ${key.code}`)
  return { key: key.value, input: Buffer.from(signingInput, 'latin1'), signature }
}

function check({ key, input, signature }: ReturnType<typeof itemOf>): void {
  if (!verifyBytes(key, input, signature)) throw new Error('the load holds a signature that does not hold')
}
