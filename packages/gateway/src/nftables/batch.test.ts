import { expect, it } from 'vitest'
import { batched } from './batch.js'

/** Another side that answers when it is told to. */
function slowSide() {
  const asked: (readonly number[])[] = []
  const answers: (() => void)[] = []
  const run = (items: readonly number[]) => {
    asked.push(items)
    return new Promise<readonly number[]>(resolve => answers.push(() => resolve(items.map(item => -item))))
  }
  return { asked, answers, run }
}

const turn = () => new Promise(setImmediate)

it('sends at once what comes while nothing is under way, gathered by turns', async () => {
  const { asked, answers, run } = slowSide()
  const ask = batched({ most: 10, underway: 2 }, run)
  const first = [ask(1), ask(2)]
  await turn()
  expect(asked).toEqual([[1, 2]])
  const second = ask(3)
  await turn()
  expect(asked).toEqual([[1, 2], [3]])
  for (const answer of answers) answer()
  expect(await Promise.all([...first, second])).toEqual([-1, -2, -3])
})

it('gathers what comes while enough is under way, and sends it when there is room', async () => {
  const { asked, answers, run } = slowSide()
  const ask = batched({ most: 3, underway: 1 }, run)
  const all: Promise<number>[] = []
  for (let item = 1; item <= 8; item++) {
    all.push(ask(item))
    await turn()
  }
  expect(asked).toEqual([[1]])
  for (let part = 0; part < 4; part++) {
    answers[part]?.()
    await turn()
  }
  expect(asked).toEqual([[1], [2, 3, 4], [5, 6, 7], [8]])
  expect(await Promise.all(all)).toEqual([-1, -2, -3, -4, -5, -6, -7, -8])
})

it('goes on after a request that failed', async () => {
  let broken = true
  const ask = batched<number, number>({ most: 10, underway: 1 }, async items => {
    if (broken) throw new Error('away')
    return items
  })
  await expect(ask(1)).rejects.toThrow('away')
  broken = false
  expect(await ask(2)).toBe(2)
})
