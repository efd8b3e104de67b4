#!/usr/bin/env bash
# Runs the tests without the slow ones and prints which part of the lines of each assembly they run. Arguments go to "dotnet test".
# The report of each line is artifacts/coverage/*/coverage.cobertura.xml, which editors and report generators read.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf artifacts/coverage
dotnet test BayesGen.Tests -c Release --filter "Lane!=Slow" --collect "XPlat Code Coverage" --settings build/coverage.runsettings \
  --results-directory artifacts/coverage "$@" </dev/null

report=$(find artifacts/coverage -name coverage.cobertura.xml | head -1)
echo "Lines covered by the tests without the slow ones:"
sed -nE 's/.*<package name="([^"]+)" line-rate="([^"]+)".*/\1 \2/p' "$report" | awk '{ printf "  %-22s %5.1f %%\n", $1, 100 * $2 }'
sed -nE 's/.*<coverage line-rate="([^"]+)".*/\1/p' "$report" | awk '{ printf "  %-22s %5.1f %%\n", "all", 100 * $1 }'
