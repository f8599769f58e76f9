#!/usr/bin/env bash
# The quick gate, under two minutes: format, lint, types, architecture, unit, property, vectors, contract suites, docs unchanged.
set -euo pipefail
cd "$(dirname "$0")/.."

npx biome check --error-on-warnings .
npx tsc -b
npm run --silent types --workspace @conet/console --workspace @conet/portal
# Browsers, whole programs, real engines, kernels and kills belong to `npm test`.
slow=(
  'tests/e2e/**' 'tests/console/**' 'tests/portal/**'
  'packages/engines/src/cometbft/**' 'packages/engines/src/solo/kill.test.ts'
  'packages/gateway/src/nftables/contract.test.ts' 'packages/gateway/src/radius/contract.test.ts'
  'packages/client/src/session/session.test.ts' 'packages/client/src/connection/connection.test.ts'
  'packages/node/src/chain/hostile.test.ts' 'packages/sim/src/batch/**'
)
npx vitest run "${slow[@]/#/--exclude=}"
node scripts/docs.mjs --check
