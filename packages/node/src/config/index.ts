export { CONFIG_CODES, type ConfigCode } from './codes.js'
export { applyEnvironment, type Environment, unknownVariables, VARIABLES } from './environment.js'
export { loadConfig, parseConfig } from './load.js'
export { type AreaConfig, type Config, ConfigSchema, type OfferConfig, type TermsConfig } from './schema.js'
