import { within } from '../guard.js'

/** Rates above 10 per period mean that the period is too long. */
const MAX_RATE = 10

/**
 * Share of a market reached after `time` periods: F(t) = (1 − e^(−(p+q)t)) / (1 + (q/p) e^(−(p+q)t)). p .03, q .38:
 * F(5) = .33120, F(10) = .81280 (VAL-17).
 * @param innovation - p, above 0
 * @param imitation - q, 0 or more
 * @throws {ValuationError} `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function bassShare(time: number, innovation: number, imitation: number): number {
  checkRates(innovation, imitation)
  within('time', time, 0, 1e6)
  const left = Math.exp(-(innovation + imitation) * time)
  return (1 - left) / (1 + (imitation / innovation) * left)
}

/** Time of the fastest growth, ln(q/p)/(p+q); 0 if imitation never outweighs innovation. @throws as `bassShare` */
export function bassPeak(innovation: number, imitation: number): number {
  checkRates(innovation, imitation)
  return imitation <= innovation ? 0 : Math.log(imitation / innovation) / (innovation + imitation)
}

function checkRates(innovation: number, imitation: number): void {
  within('innovation', innovation, 1e-9, MAX_RATE)
  within('imitation', imitation, 0, MAX_RATE)
}
