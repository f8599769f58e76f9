export { checkHelperConfig, DEFAULT_SOCKET, type HelperConfig, readHelperConfig } from './config.js'
export { type Helper, type HelperPorts, startHelper } from './server.js'
