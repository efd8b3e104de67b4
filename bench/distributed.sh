#!/usr/bin/env bash
# Measures samples/Distributed by mpirun on this machine.
#
#   bench/distributed.sh hashes [STEPS]    one hash for 1, 2 and 4 ranks, of every family and network
#   bench/distributed.sh speed [ROUNDS]    steps of 1 and 2 ranks in turn, exact and fast, and of the trainer alone; medians
#   bench/distributed.sh kills [TIMES]     kills a random rank at a random time, starts again, and compares the hash
#   bench/distributed.sh rates             the step of 2 ranks over a loopback of limited rate, in a network namespace (root)
#
# BAYESGEN_RUN, such as "nice", stands before every command; BAYESGEN_SAMPLE names a built Distributed.dll.
set -euo pipefail
cd "$(dirname "$0")/.."

export OMP_NUM_THREADS=1
sample=${BAYESGEN_SAMPLE:-}
if [[ -z $sample ]]; then
  dotnet build samples/Distributed -c Release -v q </dev/null
  sample=$(ls samples/Distributed/bin/Release/net10.0/*/Distributed.dll | head -n 1)
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ranks() {
  local np=$1
  shift
  # shellcheck disable=SC2086
  ${BAYESGEN_RUN:-} mpirun --allow-run-as-root --oversubscribe --bind-to none ${BAYESGEN_MPIRUN:-} -np "$np" dotnet "$sample" "$@"
}

hash_of() { grep '^state sha256' | cut -d' ' -f3; }

median_step() { sed -nE 's/^median step ([0-9.]+) ms.*/\1/p'; }

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

hashes() {
  local steps=${1:-1000}
  for network in dense lstm conv; do
    for family in gaussian sparse-dropout log-uniform group-ard ivon; do
      for np in 1 2 4; do
        echo "$network $family np=$np $(ranks "$np" --steps "$steps" --network "$network" --family "$family" 2>/dev/null | hash_of)"
      done
    done
  done
}

speed() {
  local rounds=${1:-5} arguments=(--steps 40 --batch 200 --network classifier)
  for ((round = 0; round < rounds; round++)); do
    ranks 1 "${arguments[@]}" | median_step >>"$work/exact-1"
    ranks 2 "${arguments[@]}" | median_step >>"$work/exact-2"
    ranks 1 "${arguments[@]}" --mode fast | median_step >>"$work/fast-1"
    ranks 2 "${arguments[@]}" --mode fast | median_step >>"$work/fast-2"
    # shellcheck disable=SC2086
    ${BAYESGEN_RUN:-} dotnet "$sample" "${arguments[@]}" --alone | median_step >>"$work/alone"
    ranks 1 "${arguments[@]}" --shards 1 | median_step >>"$work/one-shard"
  done
  for name in alone one-shard exact-1 exact-2 fast-1 fast-2; do
    echo "$name: median $(median <"$work/$name") ms of $(sort -n "$work/$name" | tr '\n' ' ')"
  done
}

kills() {
  local times=${1:-20} arguments=(--steps 200 --network dense --every 10) whole ended
  whole=$(ranks 1 "${arguments[@]}" 2>/dev/null | hash_of)
  for ((i = 1; i <= times; i++)); do
    local folder="$work/checkpoints-$i" start
    ranks 2 "${arguments[@]}" --checkpoints "$folder" >"$work/log" 2>&1 &
    local job=$!
    sleep "$((4 + RANDOM % 6)).$((RANDOM % 10))"
    local victims
    mapfile -t victims < <(pgrep -f -- "--checkpoints $folder" | while read -r process; do
      [[ $(cat "/proc/$process/comm" 2>/dev/null) == dotnet ]] && echo "$process"
    done)
    if ((${#victims[@]} > 0)); then kill -9 "${victims[RANDOM % ${#victims[@]}]}" || true; fi
    start=$(date +%s.%N)
    wait "$job" || true
    ended=$(awk "BEGIN { printf \"%.1f\", $(date +%s.%N) - $start }")
    local sentence again
    sentence=$(grep -m 1 -E 'is gone|exited on signal' "$work/log" || echo "no sentence")
    again=$(ranks 2 "${arguments[@]}" --checkpoints "$folder" 2>/dev/null | hash_of)
    echo "$i: ended after $ended s; $([[ $again == "$whole" ]] && echo same || echo OTHER) hash; $sentence"
    rm -rf "$folder"
  done
}

rates() {
  local space=bayesgen-rates
  ip netns add "$space"
  trap 'ip netns delete '"$space"'; rm -rf "$work"' EXIT
  ip netns exec "$space" ip link set lo up
  for rate in none 10gbit 1gbit 200mbit; do
    if [[ $rate != none ]]; then
      ip netns exec "$space" tc qdisc replace dev lo root tbf rate "$rate" burst 1mb latency 50ms
    fi
    for mode in exact fast; do
      echo "$rate $mode: $(BAYESGEN_RUN="ip netns exec $space" BAYESGEN_MPIRUN="--mca btl tcp,self" \
        ranks 2 --steps 40 --batch 200 --network classifier --mode "$mode" | median_step) ms"
    done
  done
}

case "${1:-}" in
  hashes | speed | kills | rates) "$@" ;;
  *) sed -n '2,10s/^# \?//p' "$0"; exit 2 ;;
esac
