import { accessService } from './access/index.js'

/** Every service type of this build: a new type is a new folder and one line here. */
export const SERVICE_TYPES = [accessService] as const

export type ServiceType = (typeof SERVICE_TYPES)[number]['type']

/** @returns the descriptor of a service type, `undefined` if this build does not know it */
export function serviceType(type: string): (typeof SERVICE_TYPES)[number] | undefined {
  return SERVICE_TYPES.find(service => service.type === type)
}
