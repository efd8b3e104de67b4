#!/usr/bin/env bash
# Measures samples/Distributed by mpirun on this machine.
#
#   bench/distributed.sh hashes [STEPS] [NETWORKS]  one hash for 1, 2 and 4 ranks, of every family and network
#   bench/distributed.sh speed [ROUNDS] [STEPS]     steps of 1 and 2 ranks in turn, exact and fast, and of the trainer alone; medians;
#                                                   last what this machine gives two programs that have nothing to do with each other
#   bench/distributed.sh kills [TIMES]              kills a random rank at a random time, starts again, and compares the hash
#   bench/distributed.sh rates                      bytes and times of steps of 2 ranks over a loopback of limited rate (root)
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

# Nothing where a run failed; the script has to say so itself.
hash_of() { { grep '^state sha256' || true; } | cut -d' ' -f3; }

median_step() { sed -nE 's/^median step ([0-9.]+) ms.*/\1/p'; }

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# A line for each network and family: the hash where it is one, else all of them. Small networks, so that it takes minutes.
hashes() {
  local steps=${1:-1000} networks=${2:-dense conv lstm} arguments=(--batch 16 --shards 4 --width 32)
  for network in $networks; do
    for family in gaussian sparse-dropout log-uniform group-ard ivon; do
      local all=()
      for np in 1 2 4; do
        all+=("$({ ranks "$np" --steps "$steps" --network "$network" --family "$family" "${arguments[@]}" 2>/dev/null || true; } | hash_of)")
      done
      if [[ -n ${all[0]} && ${all[0]} == "${all[1]}" && ${all[0]} == "${all[2]}" ]]; then
        echo "$network $family np=1,2,4 ${all[0]}"
      else
        echo "$network $family DIFFERS ${all[*]}"
      fi
    done
  done
}

# A line for each run: its median step, and what of it rank 0 computed; then the medians of each.
speed() {
  local rounds=${1:-5} common=(--steps "${2:-40}" --network classifier)
  local arguments=("${common[@]}" --batch 200) half=("${common[@]}" --batch 100)
  one() {
    local name=$1 line
    shift
    line=$({ "$@" 2>/dev/null || true; } | sed -nE 's/^median step ([0-9.]+) ms, .*; ([0-9.]+) ms.*/\1 \2/p')
    if [[ -z $line ]]; then
      echo "$name: FAILED"
      return
    fi
    echo "$name: $line ms"
    echo "$line" >>"$work/$name"
  }
  for ((round = 0; round < rounds; round++)); do
    # shellcheck disable=SC2086
    one alone ${BAYESGEN_RUN:-} dotnet "$sample" "${arguments[@]}" --alone
    # No message, no waiting: two ranks cannot do better.
    for _ in 1 2; do
      # shellcheck disable=SC2086
      one half-beside-half ${BAYESGEN_RUN:-} dotnet "$sample" "${half[@]}" --alone &
    done
    wait
    one exact-1-of-1-shard ranks 1 "${arguments[@]}" --shards 1
    one exact-1 ranks 1 "${arguments[@]}"
    one exact-2 ranks 2 "${arguments[@]}"
    one fast-2 ranks 2 "${arguments[@]}" --mode fast
  done
  median_of() { cut -d' ' -f"$1" "$work/$2" | median; }
  for name in alone half-beside-half exact-1-of-1-shard exact-1 exact-2 fast-2; do
    echo "$name: median step $(median_of 1 "$name") ms, of the processor $(median_of 2 "$name") ms"
  done
  awk -v one="$(median_of 1 alone)" -v two="$(median_of 1 half-beside-half)" \
    'BEGIN { print "two programs beside each other: " (one * two > 0 ? sprintf("%.2f times one", one / two) : "FAILED") }'
}

# The ranks of a job, by the folder that it was given.
processes_of() {
  { pgrep -f -- "--checkpoints $1" || true; } | while read -r process; do
    if [[ $(cat "/proc/$process/comm" 2>/dev/null) == dotnet ]]; then echo "$process"; fi
  done
}

kills() {
  local times=${1:-20} arguments=(--steps 1000 --batch 32 --network dense --every 20) whole
  whole=$({ ranks 1 "${arguments[@]}" 2>/dev/null || true; } | hash_of)
  if [[ -z $whole ]]; then
    echo "The undisturbed job FAILED."
    return 1
  fi
  echo "undisturbed: $whole"
  for ((i = 1; i <= times; i++)); do
    local folder="$work/checkpoints-$i" start ended sentence again victims left
    ranks 2 "${arguments[@]}" --checkpoints "$folder" >"$work/log" 2>&1 &
    local job=$!
    while kill -0 "$job" 2>/dev/null && ! compgen -G "$folder/checkpoint-*.safetensors" >/dev/null; do sleep 0.1; done
    sleep "$((RANDOM % 2)).$((RANDOM % 10))"
    mapfile -t victims < <(processes_of "$folder")
    if ((${#victims[@]} < 2)); then
      echo "$i: the job had ended before it was killed"
      wait "$job" || true
      continue
    fi
    start=$(date +%s.%N)
    kill -9 "${victims[RANDOM % ${#victims[@]}]}" 2>/dev/null || true
    wait "$job" && echo "$i: the job ended well" || true
    ended=$(awk "BEGIN { printf \"%.1f\", $(date +%s.%N) - $start }")
    left=$(processes_of "$folder" | wc -l)
    sentence=$(grep -m 1 -aE 'is gone|exited on signal' "$work/log" || echo "no sentence")
    again=$({ ranks 2 "${arguments[@]}" --checkpoints "$folder" 2>/dev/null || true; } | hash_of)
    echo "$i: ended after $ended s, $left ranks left; $([[ $again == "$whole" ]] && echo same || echo OTHER) hash; $sentence"
    rm -rf "$folder"
  done
}

# Both directions of a loopback share its rate, so each has half of it.
rates() {
  local space=bayesgen-rates
  ip netns add "$space"
  trap 'ip netns delete '"$space"'; rm -rf "$work"' EXIT
  ip -n "$space" link set lo up
  sent() { ip netns exec "$space" awk '/lo:/ { print $10 }' /proc/net/dev; }
  for width in ${BAYESGEN_WIDTHS:-110 683 2795}; do
    for rate in ${BAYESGEN_RATES:-none 10gbit 1gbit}; do
      if [[ $rate == none ]]; then
        ip netns exec "$space" tc qdisc delete dev lo root 2>/dev/null || true
      else
        ip netns exec "$space" tc qdisc replace dev lo root tbf rate "$rate" burst 1mb latency 200ms
      fi
      for mode in exact fast; do
        local before between steps=${BAYESGEN_STEPS:-10} arguments=(--batch 64 --width "$width" --mode "$mode" --shards 2)
        before=$(sent)
        BAYESGEN_RUN="ip netns exec $space" BAYESGEN_MPIRUN="--mca btl tcp,self --mca btl_tcp_if_include lo" \
          ranks 2 "${arguments[@]}" --steps "$steps" >"$work/short" 2>/dev/null
        between=$(sent)
        BAYESGEN_RUN="ip netns exec $space" BAYESGEN_MPIRUN="--mca btl tcp,self --mca btl_tcp_if_include lo" \
          ranks 2 "${arguments[@]}" --steps "$((2 * steps))" >"$work/long" 2>/dev/null
        echo "$(grep -E '^[0-9]+ weights' "$work/long"), $rate $mode: $(median_step <"$work/long") ms," \
          "$((($(sent) - between - (between - before)) / steps / 2)) bytes sent by each rank and step"
      done
    done
    echo "width $width, 1 rank: $(ranks 1 --batch 64 --width "$width" --shards 2 --steps "${BAYESGEN_STEPS:-10}" | median_step) ms"
  done
}

case "${1:-}" in
  hashes | speed | kills | rates) "$@" ;;
  *) sed -n '2,11s/^# \?//p' "$0"; exit 2 ;;
esac
