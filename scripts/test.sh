#!/usr/bin/env bash
# Everything, with real servers and browsers; ends with one line "N passed, N failed" (", N skipped").
set -uo pipefail
cd "$(dirname "$0")/.."
# One seed for the properties: the same commit gets the same verdict. `npm run check` explores anew each time.
export PROPERTY_SEED="${PROPERTY_SEED:-20261122}"

failed_steps=0
step() {
  echo "== $1"
  shift
  "$@" || { failed_steps=$((failed_steps + 1)); echo "FAILED: $*"; }
}

mkdir -p .cache
step 'install what the tests need' bash scripts/install.sh
step 'build' npm run --silent build
step 'types, tests too' npx tsc -b
step 'format and lint' npx biome check --error-on-warnings .
step 'types of the pages' npm run --silent types --workspace @conet/console --workspace @conet/portal
step 'documents regenerated and unchanged' node scripts/docs.mjs --check

runs=()
tests() {
  local report=".cache/vitest-$1.json"
  echo "== $2"
  rm -f "$report"
  shift 2
  npx vitest run --reporter=default --reporter=json --outputFile.json="$report" "$@"
  runs+=("$report:$?")
}
tests rooms 'tests of the rooms' --exclude 'tests/e2e/**' --exclude 'tests/console/**' --exclude 'tests/portal/**'
# Whole programs, browsers and namespaces one after the other: beside each other they would measure each other.
tests whole 'tests of whole programs' --no-file-parallelism tests/e2e tests/console tests/portal
node scripts/summary.mjs 6 "$failed_steps" "${runs[@]}"
