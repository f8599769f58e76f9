/** Loaded before a node: its calendar is ahead by CONET_TEST_CLOCK_AHEAD_MS; timers and durations are right. */
const aheadMs = Number(process.env.CONET_TEST_CLOCK_AHEAD_MS ?? 0)
const Real = Date

globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + aheadMs)
    else super(...args)
  }

  static now() {
    return Real.now() + aheadMs
  }
}
