import fc from 'fast-check'

// In CI the properties run with one seed, so that the same commit gives the same verdict; everywhere else each run explores
// anew, and a counterexample found there becomes a test of its own.
const { CI, PROPERTY_SEED } = process.env
const seed = PROPERTY_SEED === undefined ? (CI === undefined ? undefined : 20_261_122) : Number(PROPERTY_SEED)
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
