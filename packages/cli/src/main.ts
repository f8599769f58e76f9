#!/usr/bin/env node
import { runCli } from './program.js'

const abort = new AbortController()
const end = () => abort.abort()
process.once('SIGINT', end)
process.once('SIGTERM', end)
process.exitCode = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  streams: { stdout: process.stdout, stderr: process.stderr },
  signal: abort.signal,
})
