#!/usr/bin/env bash
# Runs the tests as if on several processors: Torch, oneDNN, MKL and .NET choose their kernels by what the processor has, and each kernel rounds
# in its own way. The variables are read before Torch loads.
#
#   build/test-processors.sh [-l LEVEL]... [FILTER]
#
#   LEVEL   native, avx512, avx2, sse or dotnet-sse; all that this machine has where none is named
#   FILTER  as for "dotnet test --filter", for example "FullyQualifiedName~PredictionTests"
#
# Fails where a test fails and where a level ran no test.
set -euo pipefail
cd "$(dirname "$0")/.."

export MSBUILDTERMINALLOGGER=off DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

levels=()
while getopts "l:h" option; do
  case $option in
    l) levels+=("$OPTARG") ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
filter=${1:-}

has() { grep -qw "$1" /proc/cpuinfo 2>/dev/null; }

# What each level sets. Where a processor lacks a level, Torch would fall back in silence and the level would test nothing.
variables() {
  case $1 in
    native) ;;
    avx512) echo ATEN_CPU_CAPABILITY=avx512 ONEDNN_MAX_CPU_ISA=AVX512_CORE MKL_ENABLE_INSTRUCTIONS=AVX512 ;;
    avx2) echo ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 DOTNET_EnableAVX512=0 ;;
    sse) echo ATEN_CPU_CAPABILITY=default ONEDNN_MAX_CPU_ISA=SSE41 MKL_ENABLE_INSTRUCTIONS=SSE4_2 ;;
    # The kernels of BayesGen itself: vectors of 128 bits instead of 256.
    dotnet-sse) echo DOTNET_EnableAVX=0 DOTNET_EnableAVX2=0 DOTNET_EnableAVX512=0 ;;
    *) echo "There is no level '$1'; there are native, avx512, avx2, sse and dotnet-sse." >&2; return 2 ;;
  esac
}

if ((${#levels[@]} == 0)); then
  levels=(native)
  case $(uname -m) in
    x86_64 | amd64)
      if has avx512bw; then levels+=(avx512); else echo "avx512: left out, the processor does not have it"; fi
      if has avx2; then levels+=(avx2); else echo "avx2: left out, the processor does not have it"; fi
      levels+=(sse dotnet-sse)
      ;;
    *) echo "Only native: the other levels are those of x64." ;;
  esac
fi
for level in "${levels[@]}"; do variables "$level" >/dev/null; done

dotnet build BayesGen.Tests -c Release </dev/null

log=$(mktemp)
trap 'rm -f "$log"' EXIT
summaries=()
failures=0
for level in "${levels[@]}"; do
  set_to=$(variables "$level")
  echo "== $level: ${set_to:-the processor as it is}"
  status=0
  # The words of a level hold no space, so each is one variable.
  # shellcheck disable=SC2086
  env $set_to dotnet test BayesGen.Tests -c Release --no-build ${filter:+--filter "$filter"} </dev/null 2>&1 | tee "$log" || status=$?

  # "Passed!  - Failed:     0, Passed:    30, Skipped:     0, Total:    30, ..."
  line=$(grep -E ' - Failed: .*, Total: ' "$log" | tail -1 || true)
  passed=$(sed -nE 's/.*, Passed: +([0-9]+),.*/\1/p' <<<"$line")
  failed=$(sed -nE 's/.*Failed: +([0-9]+),.*/\1/p' <<<"$line")
  if ((status != 0 || ${passed:-0} == 0 || ${failed:-1} != 0)); then failures=$((failures + 1)); fi
  if [[ -z $line ]]; then summaries+=("$level: no test ran"); else summaries+=("$level: $passed passed, $failed failed"); fi
done

printf '%s\n' "" "${summaries[@]}"
exit $((failures > 0))
