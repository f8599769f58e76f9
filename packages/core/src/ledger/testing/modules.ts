import { SERVICE_TYPES } from '../../services/index.js'
import type { Module } from '../module.js'
import { checkTermsBy, ledgerModules } from '../modules/index.js'

/** The modules of a real ledger, as an engine composes them. */
export const allModules = (): readonly Module[] => ledgerModules(checkTermsBy(SERVICE_TYPES))
