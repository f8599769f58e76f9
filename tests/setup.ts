import fc from 'fast-check'

// The whole run sets one seed, so that the same commit gives the same verdict; everywhere else each run explores anew, and a
// counterexample found there becomes a test of its own.
const { PROPERTY_SEED } = process.env
if (PROPERTY_SEED !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(PROPERTY_SEED) })
