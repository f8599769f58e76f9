import type { Params } from '../../module.js'

/** The parameters of a module, as governance changes them. */
export type Governed = Pick<Params<object>, 'read' | 'parse' | 'load'>

export interface GovernanceNeeds {
  /** The parameters of another module or of the machine; `undefined` if there is none of that name or it has none. */
  paramsOf(module: string): Governed | undefined
}
