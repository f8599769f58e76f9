/** The planner's simulator: scenarios played by the real core under a virtual clock. */
export const SIM_VERSION = 1
