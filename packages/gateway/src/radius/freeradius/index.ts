export { type Rendered, renderAlone, renderFreeradius } from './render.js'
export { LISTENER_USER } from './rest.js'
export type { FreeradiusSettings, RadiusClient } from './settings.js'
