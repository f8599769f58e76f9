import type { Codes } from '@conet/core/errors'

/** Why a configuration was refused; `data.path` names the member or variable. */
export const CONFIG_CODES = {
  /** The file does not exist, may not be read, or is larger than 1 MiB. */
  CONFIG_UNREADABLE: 'reject',
  /** The text is neither YAML nor JSON. */
  CONFIG_SYNTAX: 'reject',
  /** A member is missing, unknown, of the wrong form, or none that the ledger takes in an offer's terms. */
  CONFIG_INVALID: 'reject',
  /** A `CONET_*` variable's value does not fit its member. */
  CONFIG_ENV: 'reject',
  /** Each member is well-formed, but two contradict each other. */
  CONFIG_CONFLICT: 'reject',
} as const satisfies Codes

export type ConfigCode = keyof typeof CONFIG_CODES
