#!/usr/bin/env bash
# Writes the public API of each package to its PublicAPI.Shipped.txt, which the build then holds every change against (RS0016, RS0017).
# A new member goes into PublicAPI.Unshipped.txt, by the code fix of an editor; run this before a release.
#
#   build/freeze-public-api.sh [PROJECT]...    all packages with a library where none is named
set -euo pipefail
cd "$(dirname "$0")/.."

export RunAnalyzers=true DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
projects=("$@")
if ((${#projects[@]} == 0)); then
  projects=(BayesGen.Runtime BayesGen.Datasets BayesGen.DataViews BayesGen.Console BayesGen.Mpi BayesGen.Plots)
fi

header='#nullable enable'
for project in "${projects[@]}"; do
  echo "$header" >"$project/PublicAPI.Shipped.txt"
  echo "$header" >"$project/PublicAPI.Unshipped.txt"
  dotnet restore "$project" </dev/null
  dotnet format analyzers "$project/$project.csproj" --diagnostics RS0016 --severity warn --no-restore </dev/null
  { echo "$header"; grep -v "^$header" "$project/PublicAPI.Unshipped.txt" | LC_ALL=C sort -u; } >"$project/PublicAPI.Shipped.txt"
  echo "$header" >"$project/PublicAPI.Unshipped.txt"
  echo "$project: $(($(wc -l <"$project/PublicAPI.Shipped.txt") - 1)) entries"
done
