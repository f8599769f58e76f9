import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LastingNft } from './lasting-nft.js'
import { NftKernel } from './nft-kernel.js'

/** Answers as `nft -i` does, and fails in the ways that its commands name. */
const FAKE = `#!/bin/sh
echo $$ >> "$(dirname "$0")/started"
while read -r line; do
  case "$line" in
    *swallow*) read -r mark ;;
    *once*) if [ "$(wc -l < "$(dirname "$0")/started")" = 1 ]; then read -r mark; else echo "$line" >> "$(dirname "$0")/taken"; fi ;;
    *cache*) read -r mark; echo 'netlink: Error: cache initialization failed: No buffer space available' >&2 ;;
    *forbidden*) read -r mark; printf 'Error: Could not process rule: Operation not permitted\n%s\n^^^^\nnetlink: Error: cache initialization failed: Operation not permitted\n' "$line" >&2 ;;
    *die*) exit 1 ;;
    *wrong*) printf 'Error: syntax error, unexpected string\\n%s\\n^^^^\\n' "$line" >&2 ;;
    'list chain inet '*) printf 'Error: No such file or directory\\n%s\\n                ^^^\\n' "$line" >&2 ;;
    *) echo "$line" >> "$(dirname "$0")/taken" ;;
  esac
done
`

let folder: string
let nft: LastingNft
const started = () => readFileSync(join(folder, 'started'), 'utf8').trim().split('\n')
const taken = () => readFileSync(join(folder, 'taken'), 'utf8').trim().split('\n')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conet-nft-'))
  writeFileSync(join(folder, 'nft'), FAKE, { mode: 0o755 })
  nft = new LastingNft({ program: join(folder, 'nft'), patienceMs: 1_000 })
})
afterEach(() => {
  nft.close()
  rmSync(folder, { recursive: true })
})

it('answers line by line, with the complaint where there is one', async () => {
  const said = [nft.say(['add one']), nft.say(['wrong']), nft.say(['add two', 'add three'])]
  expect(await Promise.all(said)).toEqual(['', 'Error: syntax error, unexpected string', ''])
  expect(taken()).toEqual(['add one', 'add two; add three'])
  expect(started()).toHaveLength(1)
})

it.each([
  ['swallows an answer', 'swallow'],
  ['refuses without naming the line', 'cache'],
  ['dies', 'die'],
])('fails with a code when the program %s, and goes on with a new one', async (_, command) => {
  const said = [nft.say(['add one']), nft.say([command]), nft.say(['add two'])]
  const [first, lost, second] = await Promise.allSettled(said)
  expect([first, second]).toEqual([
    { status: 'fulfilled', value: '' },
    { status: 'fulfilled', value: '' },
  ])
  expect(lost).toMatchObject({ status: 'rejected', reason: { code: 'NFT_LOST', verdict: 'retry' } })
  expect(taken()).toEqual(['add one', 'add two'])
  const [old = ''] = started()
  expect(started()).toHaveLength(2)
  // The one that fell silent does not live on: nobody would hear it.
  await expect.poll(() => isAlive(Number(old)), { timeout: 10_000 }).toBe(false)
})

it('tells the complaint about the commands themselves, though nothing can be read back', async () => {
  expect(await nft.say(['forbidden'])).toBe('Error: Could not process rule: Operation not permitted')
  expect(await nft.say(['add one'])).toBe('')
  expect(started()).toHaveLength(2)
})

it('fails with a code when there is no such program', async () => {
  const missing = new LastingNft({ program: join(folder, 'none') })
  await expect(missing.say(['add one'])).rejects.toMatchObject({ code: 'NFT_MISSING' })
})

it('says a change once more when the program is lost, and lets no lease end later for it', async () => {
  const kernel = new NftKernel('conet_once', nft)
  await kernel.change([[{ set: 'lease', keep: true, number: 1, forMs: 9_000, bytes: 1n }]])
  expect(started()).toHaveLength(2)
  const [forMs = 0] = /timeout (\d+)ms/.exec(taken().join())?.slice(1).map(Number) ?? []
  expect(forMs).toBeGreaterThan(0)
  // The first was waited for a second.
  expect(forMs).toBeLessThanOrEqual(8_001)
})

it('tells the kernel’s callers when the program is lost again', async () => {
  const kernel = new NftKernel('conet_swallow', nft)
  await expect(kernel.change([[{ set: 'up', keep: true, number: 1 }]])).rejects.toMatchObject({ code: 'NFT_LOST' })
  expect(started()).toHaveLength(2)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
