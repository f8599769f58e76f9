#!/usr/bin/env node
import { runCli } from './program.js'

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
})

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
