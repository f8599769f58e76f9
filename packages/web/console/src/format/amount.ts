const MICRO = 1_000_000n
const LARGEST = 2n ** 95n - 1n

/** Puts a comma between groups of three digits. */
function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

/**
 * Credits as people read them, exact: 1 credit is 10^6 micro-credits.
 *
 * @param micro - micro-credits, also negative (a decimal string or bigint)
 * @returns at least two and at most six decimals, such as `1,204.50` or `0.000312`
 */
export function formatCredits(micro: bigint | string): string {
  const value = BigInt(micro)
  const size = value < 0n ? -value : value
  const fraction = (size % MICRO)
    .toString()
    .padStart(6, '0')
    .replace(/0{1,4}$/, '')
  return `${value < 0n ? '−' : ''}${grouped((size / MICRO).toString())}.${fraction}`
}

const FIGURE_SPACE = '\u2007'

/** Spaces as wide as a digit to put behind an amount of `formatCredits`, so that points stand below each other in a column. */
export function columnPad(credits: string): string {
  return FIGURE_SPACE.repeat(6 - (credits.length - 1 - credits.indexOf('.')))
}

export type AmountProblem = 'EMPTY' | 'NOT_A_NUMBER' | 'NEGATIVE' | 'ZERO' | 'TOO_FINE' | 'TOO_LARGE'

export type ParsedAmount = { readonly micro: bigint } | { readonly problem: AmountProblem }

/**
 * Reads an amount typed by a person, in credits with a point as the decimal sign; spaces and grouping commas are refused
 * rather than guessed at.
 *
 * @returns micro-credits above zero, or why the text is not one
 */
export function parseCredits(text: string): ParsedAmount {
  const clean = text.trim()
  if (clean === '') return { problem: 'EMPTY' }
  if (/^[-−]/.test(clean)) return { problem: 'NEGATIVE' }
  const match = /^(\d{1,40})(?:\.(\d{1,40}))?$/.exec(clean)
  if (match === null) return { problem: 'NOT_A_NUMBER' }
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  if (fraction.length > 6) return { problem: 'TOO_FINE' }
  const micro = BigInt(match[1] ?? '0') * MICRO + BigInt(fraction.padEnd(6, '0'))
  if (micro === 0n) return { problem: 'ZERO' }
  return micro > LARGEST ? { problem: 'TOO_LARGE' } : { micro }
}

/** What to write beside the field. */
export const AMOUNT_HELP: Readonly<Record<AmountProblem, string>> = {
  EMPTY: 'Enter an amount, for example 2.50.',
  NOT_A_NUMBER: 'Use digits and one point, for example 1250.75.',
  NEGATIVE: 'The amount must be above zero.',
  ZERO: 'The amount must be above zero.',
  TOO_FINE: 'The smallest step is 0.000001: use at most six decimals.',
  TOO_LARGE: 'The ledger does not accept an amount this large.',
}
