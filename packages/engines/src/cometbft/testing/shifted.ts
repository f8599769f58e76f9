import type { ApplicationFactory } from '../../contract-application.js'

/** The same application with a clock that a test can move: CometBFT takes block times from the machine's clock. */
export function shiftedApplication(inner: ApplicationFactory, shiftMs: () => number): ApplicationFactory {
  return storage => {
    const app = inner(storage)
    return {
      ...app,
      finalizeBlock: block => app.finalizeBlock({ ...block, timeMs: block.timeMs + shiftMs() }),
      query(name, args) {
        const answer = app.query(name, args)
        return name === 'machine/due' && typeof answer === 'number' ? answer - shiftMs() : answer
      },
    }
  }
}
