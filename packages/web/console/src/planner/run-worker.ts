import { type Frame, playScenario, type SeedResult } from '@conet/sim'
import type { Answer, Request } from './messages.js'
import { problemOf } from './trouble.js'

let play: Generator<Frame, SeedResult, void> | undefined

const say = (answer: Answer) => postMessage(answer)

/** Plays so many steps; only the last frame is sent, a picture cannot show more. */
function steps(count: number): void {
  let frame: Frame | undefined
  for (let i = 0; i < count; i += 1) {
    const next = play?.next()
    if (next === undefined) return
    if (next.done === true) {
      play = undefined
      say({ kind: 'done', frame, result: next.value })
      return
    }
    frame = next.value
  }
  if (frame !== undefined) say({ kind: 'frame', frame })
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  try {
    if (data.kind === 'start') play = playScenario(data.scenario, data.seed)
    else steps(data.count)
  } catch (error) {
    play = undefined
    say({ kind: 'failed', trouble: problemOf(error) })
  }
})
