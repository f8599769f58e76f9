#!/bin/sh
# Compiles dump.cc against Debian's ns-3 3.37 and writes vectors/pran-ns3.json.
# -fno-access-control: the deterministic parts (loss without shadowing, LOS probability) are private members of ns-3.
set -eu
cd "$(dirname "$0")"
out=$(mktemp)
trap 'rm -f "$out"' EXIT
g++ -std=c++17 -O1 -fno-access-control dump.cc -o "$out" -lns3-propagation -lns3-mobility -lns3-network -lns3-core
"$out" >../../vectors/pran-ns3.json
