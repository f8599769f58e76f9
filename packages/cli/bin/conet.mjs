#!/usr/bin/env node
// Stands here so that installing links it before anything is built.
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(main)) await import(main.href)
else {
  console.error('conet is not built yet: run "npm run build" in the project first')
  process.exitCode = 1
}
