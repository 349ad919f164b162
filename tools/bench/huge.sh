#!/usr/bin/env bash
# Tool: bench. A 4K frame of floats (3840×2160 RGBA, 127 MiB) passes to a viewer in `raw` and to another as JPEG, while /health is asked all
# the time: nobody else may notice. See README.md here.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
BUILD=${BUILD:-$ROOT/build/release}
OUT=${OUT:-$ROOT/build/bench-huge}
SECONDS_EACH=${1:-10}
FPS=${2:-2}
mkdir -p "$OUT"
unset OCTANE_HOST OCTANE_PORT "${!OCTANE_PROXY_@}" || true
# shellcheck disable=SC2034 # for measure.sh
ROUND=1 MAX_STEAL=100 MAX_OTHERS=100 ATTEMPTS=1
# shellcheck source=tools/bench/measure.sh
source "$HERE/measure.sh"
trap stop_all EXIT

start standin "$BUILD/octane-standin" --release alpha5 --pattern --fps "$FPS" --width 3840 --height 2160 --type hdr_rgba --port 0 \
    --control-port 0
STANDIN=$LISTENING
start_proxy "$BUILD/octane-proxy"
for query in format=raw format=jpeg; do
    "$BUILD/octane-bench" viewers --url "$PROXY_URL" --pid "$PROXY_PID" --query "$query" --count 1 --seconds "$SECONDS_EACH" --warm-up 3 \
        >"$OUT/$query.txt" 2>"$OUT/$query.err" &
    PIDS+=("$!")
    LOADS+=("$!")
done
sleep 3
"$BUILD/octane-bench" unary --url "$PROXY_URL" --path /health --get --pause 5 --connections 1 --seconds "$SECONDS_EACH" >"$OUT/health.txt"
wait "${LOADS[@]}" || true
for query in format=raw format=jpeg; do
    awk -v query="$query" '{ v[$1] = $2 } END {
        printf "%s: %s frames, %s bytes each, delay p50 %s ms, p99 %s ms\n", query, v["frames"], v["bytes_per_event"], v["delay_p50_ms"], v["delay_p99_ms"]
    }' "$OUT/$query.txt"
done
awk '{ v[$1] = $2 } END { printf "/health meanwhile: p50 %s ms, p99 %s ms (limit 20)\n", v["p50_ms"], v["p99_ms"]; exit !(v["p99_ms"] < 20) }' "$OUT/health.txt"
