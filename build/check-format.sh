#!/usr/bin/env bash
# Fails where a source file is not laid out as .editorconfig says; what it finds, "build/check-format.sh --fix" puts right.
# Code style and naming are checked by the build.
set -euo pipefail
cd "$(dirname "$0")/.."

verify=(--verify-no-changes)
if [[ ${1:-} == --fix ]]; then
  verify=()
fi
# Snapshots are compared byte by byte, and what a build writes is not a source.
dotnet format whitespace . --folder "${verify[@]}" --exclude '**/*.verified.cs' --exclude '**/obj/' --exclude '**/bin/' </dev/null
echo "Every source file is laid out as .editorconfig says."
