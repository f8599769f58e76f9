#!/usr/bin/env bash
# Everything, with real servers and browsers; ends with one line "N passed, N failed" (", N skipped").
set -uo pipefail
cd "$(dirname "$0")/.."

bash scripts/install.sh
failed_steps=0
step() {
  echo "== $1"
  shift
  "$@" || { failed_steps=$((failed_steps + 1)); echo "FAILED: $*"; }
}

mkdir -p .cache
rm -f .cache/vitest.json
step 'build' npm run --silent build
step 'types, tests too' npx tsc -b
step 'format and lint' npx biome check --error-on-warnings .
step 'types of the pages' npm run --silent types --workspace @conet/console --workspace @conet/portal
step 'documents regenerated and unchanged' node scripts/docs.mjs --check
step 'tests' npx vitest run --reporter=default --reporter=json --outputFile.json=.cache/vitest.json
node scripts/summary.mjs .cache/vitest.json 5 "$failed_steps"
