#!/usr/bin/env bash
# Draws the graph of the runtime's rooms, as the compiled assembly has it, into docs/rooms.md, and prints it.
set -euo pipefail
cd "$(dirname "$0")/.."
BAYESGEN_DRAW_ROOMS=1 dotnet test BayesGen.Tests -c Release --filter "FullyQualifiedName~RoomsTests.ThePageOfTheRooms" --nologo >&2
sed -n '/^```text$/,/^```$/p' docs/rooms.md
