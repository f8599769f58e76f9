export type { OpenSession } from './authorise.js'
export { besideRadius } from './beside.js'
export { RADIUS_CODES, type RadiusCode } from './codes.js'
export type { NasSettings } from './disconnect.js'
export {
  type FreeradiusSettings,
  type RadiusClient,
  type Rendered,
  renderAlone,
  renderFreeradius,
} from './freeradius/index.js'
export { createRadiusGateway, type Deposit, type RadiusGateway, type RadiusOptions } from './gateway.js'
export type { RadiusNote } from './notes.js'
export { checkToken, MAX_TOKEN_MINUTES, makeToken, TOKEN_CHARS, type TokenScope } from './token.js'
