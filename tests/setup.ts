import fc from 'fast-check'

// In CI the properties run with one seed, so that the same commit gives the same verdict; everywhere else each run explores
// anew, and a counterexample found there becomes a test of its own.
if (process.env.CI !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_122 })
