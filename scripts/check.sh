#!/usr/bin/env bash
# The quick gate, under two minutes: format, lint, types, architecture, unit, property, vectors, contract suites, docs unchanged.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
mkdir -p .cache

# Everything but the tests runs beside them, as they wait for timers and sockets most of the time; each part is told when it is done.
pages() {
  npm run --silent types --workspace @conet/console --workspace @conet/portal
}
beside() {
  local failed=0
  for part in 'biome check --error-on-warnings .' 'pages' 'node scripts/docs.mjs --check'; do
    if ! $part > .cache/check-part.log 2>&1; then
      failed=1
      printf 'FAILED: %s\n' "$part"
      cat .cache/check-part.log
    fi
  done
  return "$failed"
}

# Workers and programs of the tests run from what this builds.
tsc -b || exit 1
beside > .cache/check-beside.log 2>&1 &
others=$!

# Browsers, whole programs, real engines, kernels and kills belong to `npm test`.
slow=(
  'tests/e2e/**' 'tests/console/**' 'tests/portal/**'
  'packages/engines/src/cometbft/**' 'packages/engines/src/solo/kill.test.ts'
  'packages/gateway/src/nftables/contract.test.ts' 'packages/gateway/src/radius/contract.test.ts'
  'packages/client/src/session/session.test.ts' 'packages/client/src/connection/connection.test.ts'
  'packages/node/src/chain/hostile.test.ts' 'packages/sim/src/batch/**'
)
# Files share the modules that they import: half of the work is importing. `npm test` gives each file its own.
vitest run --no-isolate "${slow[@]/#/--exclude=}"
tests=$?
wait "$others"
rest=$?
cat .cache/check-beside.log
exit $((tests || rest))
