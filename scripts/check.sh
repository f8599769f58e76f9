#!/usr/bin/env bash
# The quick gate, under two minutes: format, lint, types, architecture, unit, property, vectors, contract suites, docs unchanged.
set -euo pipefail
cd "$(dirname "$0")/.."

npx biome check --error-on-warnings .
npx tsc -b
npm run --silent types --workspace @conet/console --workspace @conet/portal
npx vitest run --exclude 'tests/e2e/**' --exclude 'tests/console/**' --exclude 'tests/portal/**'
node scripts/docs.mjs --check
