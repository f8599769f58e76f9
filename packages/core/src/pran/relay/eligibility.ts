import { PranError } from '../codes.js'
import { finite, NOT_NEGATIVE, within } from '../guard.js'

/** A relay must hear its cell well enough, and not so well that it stands beside the base station. RSRP in dBm. */
export interface RelayThresholds {
  readonly lowDbm: number
  readonly highDbm: number
  readonly hysteresisDb: number
}

/** One level with hysteresis, in dBm and dB. */
export interface LevelThreshold {
  readonly thresholdDbm: number
  readonly hysteresisDb: number
}

/**
 * May this terminal act as a relay? Enters strictly inside low + hyst … high − hyst, leaves at the bare thresholds.
 *
 * @param was - the answer before
 * @param uuRsrpDbm - what it receives from its cell
 * @throws {PranError} `OUT_OF_RANGE` if the thresholds leave no room; `NOT_A_NUMBER`
 * @see TS 38.331 clause 5.8.14 (sl-RelayUE-Config)
 */
export function relayEligible(was: boolean, uuRsrpDbm: number, thresholds: RelayThresholds): boolean {
  const { lowDbm, highDbm, hysteresisDb } = thresholds
  checkRoom(thresholds)
  finite('uuRsrpDbm', uuRsrpDbm)
  if (was) return uuRsrpDbm >= lowDbm && uuRsrpDbm <= highDbm
  return uuRsrpDbm > lowDbm + hysteresisDb && uuRsrpDbm < highDbm - hysteresisDb
}

/**
 * Should this terminal look for a relay? Starts below threshold − hyst, stops above the threshold.
 * @see TS 38.331 clause 5.8.15 (sl-RemoteUE-Config)
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 */
export function relayNeeded(was: boolean, uuRsrpDbm: number, level: LevelThreshold): boolean {
  checkLevel(level)
  finite('uuRsrpDbm', uuRsrpDbm)
  return was ? uuRsrpDbm <= level.thresholdDbm : uuRsrpDbm < level.thresholdDbm - level.hysteresisDb
}

/**
 * Is a relay heard well enough to be chosen? Enters at threshold + hyst, leaves below the threshold.
 * @param pc5RsrpDbm - what is received over the direct link
 * @see TS 38.331 clause 5.8.15.3
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 */
export function relayHeard(was: boolean, pc5RsrpDbm: number, level: LevelThreshold): boolean {
  checkLevel(level)
  finite('pc5RsrpDbm', pc5RsrpDbm)
  return pc5RsrpDbm >= level.thresholdDbm + (was ? 0 : level.hysteresisDb)
}

function checkLevel(level: LevelThreshold): void {
  finite('thresholdDbm', level.thresholdDbm)
  within('hysteresisDb', level.hysteresisDb, NOT_NEGATIVE)
}

function checkRoom({ lowDbm, highDbm, hysteresisDb }: RelayThresholds): void {
  finite('lowDbm', lowDbm)
  finite('highDbm', highDbm)
  within('hysteresisDb', hysteresisDb, NOT_NEGATIVE)
  const min = lowDbm + 2 * hysteresisDb
  if (highDbm > min) return
  throw new PranError('OUT_OF_RANGE', `highDbm is ${highDbm}: with this hysteresis it must be above ${min}.`, {
    name: 'highDbm',
    value: highDbm,
    min,
  })
}
