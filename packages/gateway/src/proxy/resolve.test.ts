import { createSocket } from 'node:dgram'
import { afterEach, expect, it } from 'vitest'
import { createResolver } from './resolve.js'

const A = 1
const AAAA = 28
const signal = AbortSignal.timeout(60_000)
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A name server; `delayMs` says how long it thinks about a question, `undefined` that it never answers. */
async function nameServer(delayMs: (type: number) => number | undefined): Promise<string> {
  const socket = createSocket('udp4')
  closers.push(() => socket.close())
  socket.on('message', (question, from) => {
    const end = question.indexOf(0, 12) + 5
    const type = question.readUInt16BE(end - 4)
    const delay = delayMs(type)
    if (delay === undefined) return
    const head = Buffer.from([...question.subarray(0, 2), 0x81, 0x80, 0, 1, 0, type === A ? 1 : 0, 0, 0, 0, 0])
    const found = type === A ? [0xc0, 12, 0, A, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7] : []
    const answer = Buffer.concat([head, question.subarray(12, end), Buffer.from(found)])
    setTimeout(() => closers.length > 0 && socket.send(answer, from.port, from.address), delay)
  })
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
  return `127.0.0.1:${socket.address().port}`
}

it('does not wait for the family that a server says nothing about', async () => {
  const resolve = createResolver([await nameServer(type => (type === AAAA ? undefined : 0))])
  // c-ares gives up after six seconds.
  expect(await resolve('one.test', AbortSignal.timeout(4_000))).toEqual(['192.0.2.7'])
})

it('finds names also when a server that was quick has become slow', async () => {
  let delay = 0
  const resolve = createResolver([await nameServer(() => delay)])
  for (let name = 0; name < 4; name++) await resolve(`quick${name}.test`, signal)
  delay = 1_300
  expect(await resolve('slow.test', signal)).toEqual(['192.0.2.7'])
}, 20_000)

it('ends when nobody waits any more', async () => {
  const resolve = createResolver([await nameServer(() => undefined)])
  await expect(resolve('late.test', AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' })
})

it('says that a name is unknown where no server answers', async () => {
  const resolve = createResolver([await nameServer(() => undefined)])
  await expect(resolve('none.test', signal)).rejects.toMatchObject({ code: 'NAME_UNKNOWN' })
}, 30_000)
