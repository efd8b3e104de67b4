#!/usr/bin/env bash
# Makes a bundle that checks and measures BayesGen on a Linux machine with a GPU that has no .NET, only a Python PyTorch:
#
#     bench/gpu.sh [OUT]             OUT/bayesgen-gpu.tar.gz (OUT is bench/Gpu/bin/bundle where it is not given)
#     bench/gpu.sh --dry-run [OUT]   the same, and then runs the bundle here, on the CPU
#
# There:   tar -xzf bayesgen-gpu.tar.gz && bayesgen-gpu/run.sh
#
# The bundle holds the program and its runtime, and no library of Torch: those are the ones of the PyTorch it finds. TORCH_LIB names
# their folder where python3 does not know it; for a dry run here it may name any folder with libtorch_cpu.so.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dry_run=false
if [[ ${1:-} == --dry-run ]]; then
  dry_run=true
  shift
fi
out=${1:-$here/Gpu/bin/bundle}
mkdir -p "$out"
out=$(cd "$out" && pwd)
name=bayesgen-gpu
bundle=$out/$name

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet=${DOTNET_HOST_PATH:-dotnet}
build=(-c Release -v quiet -nologo -tl:off -m:1 -nodeReuse:false -p:UseSharedCompilation=false -p:NuGetAudit=false)

rm -rf "$bundle"
"$dotnet" publish "$here/Gpu/Gpu.csproj" "${build[@]}" -p:GpuBundle=true -o "$bundle/app"
cp "$here/Gpu/run.sh" "$bundle/run.sh"
chmod +x "$bundle/run.sh"
if compgen -G "$bundle/app/libtorch*" >/dev/null; then
  echo "The bundle holds a libtorch of its own, which must not meet that of PyTorch." >&2
  exit 1
fi

tar -czf "$out/$name.tar.gz" -C "$out" "$name"
size=$(wc -c <"$out/$name.tar.gz")
echo "$out/$name.tar.gz: $((size / 1024 / 1024)) MiB"
echo "On the machine with the GPU: tar -xzf $name.tar.gz && $name/run.sh"
if ! $dry_run; then
  exit 0
fi

# What stands for the libraries of PyTorch: those of the CPU backend, and nothing else of the folder they lie in.
backend=${TORCH_LIB:-}
if [[ -z $backend ]]; then
  "$dotnet" build "$here/../samples/Quickstart/Quickstart.csproj" "${build[@]}"
  found=$(find "$here/../samples/Quickstart/bin/Release" -name libtorch_cpu.so | head -n 1)
  backend=$(dirname "$found")
fi
libraries=$out/torch-lib
rm -rf "$libraries"
mkdir -p "$libraries"
for library in "$backend"/libtorch*.so* "$backend"/libc10*.so* "$backend"/libgomp*.so*; do
  ln -s "$library" "$libraries/"
done
TORCH_LIB=$libraries "$bundle/run.sh" --device cpu --draws 200 -- \
  --network lenet-300-100 --batch 32 --draws 1 --repetitions 1 --steps 1
