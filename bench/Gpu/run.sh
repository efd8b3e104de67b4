#!/usr/bin/env bash
# Checks and measures BayesGen with the libraries of the PyTorch on this machine:
#
#     run.sh [--device cuda|cpu] [--draws N] [-- options of bench/Speed]
#
# Ends with 0 where every symbol was found, every check held and the measurements ran. TORCH_LIB names the folder of PyTorch's libraries
# where python3 does not know it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
device=cuda
check=()
while (($# > 0)) && [[ $1 != -- ]]; do
  if (($# < 2)); then
    echo "$1 needs a value." >&2
    exit 2
  fi
  if [[ $1 == --device ]]; then
    device=$2
  else
    check+=("$1" "$2")
  fi
  shift 2
done
shift $(($# > 0 ? 1 : 0))
if (($# > 0)); then
  speed=("$@")
else
  speed=(--batch 100 --draws 1,10 --repetitions 9)
fi

if [[ -z ${TORCH_LIB:-} ]]; then
  TORCH_LIB=$(python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])')/lib || {
    echo "python3 has no torch: set TORCH_LIB to the folder torch/lib of a PyTorch." >&2
    exit 2
  }
fi
if ! compgen -G "$TORCH_LIB/libtorch_cpu.so*" >/dev/null; then
  echo "There is no libtorch_cpu.so in '$TORCH_LIB': set TORCH_LIB to the folder torch/lib of a PyTorch." >&2
  exit 2
fi

# Without the package cache TorchSharp loads what the loader finds, and nothing else.
export LD_LIBRARY_PATH=$TORCH_LIB${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export NUGET_PACKAGES=/nonexistent DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
app=$here/app/BayesGen.Benchmarks.Gpu
failed=()

echo "== symbols: what TorchSharp's library asks for, and what $TORCH_LIB offers"
"$app" symbols --torch "$TORCH_LIB" || failed+=(symbols)
echo
echo "== check: $device against the CPU"
"$app" check --device "$device" "${check[@]}" || failed+=(check)
echo
echo "== speed: steps on $device"
"$app" speed --device "$device" "${speed[@]}" || failed+=(speed)
echo
if ((${#failed[@]} > 0)); then
  echo "FAILED: ${failed[*]}"
  exit 1
fi
echo "All of it held."
