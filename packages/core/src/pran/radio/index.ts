export { type DirectModel, directLossDb, P1238, P1411, SIDELINK_URBAN } from './direct.js'
export {
  BASES_2010,
  type BaseProfile,
  basePowerW,
  type EnergyHop,
  PHONES_2012,
  type PhoneProfile,
  pathEnergyNjPerBit,
  phonePowerMw,
} from './energy.js'
export { breakpointM, type CellLink, type CellRange, distance3dM, LIGHT_M_GHZ } from './geometry.js'
export { INH_RANGE, inhLosDb, inhLosProbability, inhNlosDb, type Office } from './inh.js'
export { type LinkBudget, levelDbm, milliwatts, noiseDbm, RADIO_PROFILES, snrDb, THERMAL_DBM_PER_HZ } from './noise.js'
export {
  NR_CQI,
  type NrCarrier,
  nrCqi,
  nrCqiEfficiency,
  nrPeakMbps,
  rateMbps,
  SHANNON_DOWNLINK,
  type Shannon,
  shannonEfficiency,
} from './nr.js'
export { type Building, indoorDepthM, outdoorToIndoorDb, wallLossDb } from './penetration.js'
export {
  RMA_RANGE,
  RURAL,
  type RuralSurroundings,
  rmaBreakpointM,
  rmaLosDb,
  rmaLosProbability,
  rmaNlosDb,
} from './rma.js'
export { nextShadowingDb, SHADOWING, type Shadowing, shadowingCorrelation } from './shadowing.js'
export { UMA_RANGE, umaEffectiveHeightM, umaLosDb, umaLosProbability, umaNlosDb } from './uma.js'
export { UMI_RANGE, umiLosDb, umiLosProbability, umiNlosDb } from './umi.js'
export {
  HE_MCS,
  HE_SUBCARRIERS,
  type HeBandwidthMHz,
  type HeGuardUs,
  heGoodputMbps,
  heMcs,
  heRateMbps,
  MAC_EFFICIENCY,
} from './wifi.js'
