#!/usr/bin/env bash
# Tool: bench. The frame path under ThreadSanitizer: viewers in every form that come, read, stall and go, calls and camera moves beside
# them, an Octane that is killed and comes back. Fails on any report. Needs build/tsan:
#
#   cmake --preset tsan && cmake --build build/tsan --target octane-proxy
#
# The stand-in and the load come from build/release; libraries without instrumentation are treated in tests/support/tsan.supp.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
BUILD=${BUILD:-$ROOT/build/release}
PROXY=${PROXY:-$ROOT/build/tsan/octane-proxy}
OUT=${OUT:-$ROOT/build/bench-tsan}
SECONDS_EACH=${1:-8}
mkdir -p "$OUT"
rm -f "$OUT"/report.*
unset OCTANE_HOST OCTANE_PORT "${!OCTANE_PROXY_@}" || true
# shellcheck disable=SC2034 # for measure.sh
ROUND=1 MAX_STEAL=100 MAX_OTHERS=100 ATTEMPTS=1
# shellcheck source=tools/bench/measure.sh
source "$HERE/measure.sh"
trap stop_all EXIT

# standin RELEASE [PORT]
standin() {
    start standin "$BUILD/octane-standin" --release "$1" --pattern --fps 20 --width 256 --height 128 --port "${2:-0}" --control-port 0
    STANDIN=$LISTENING STANDIN_PID=$STARTED_PID
}

STATUS=0
for release in alpha5 beta2; do
    standin "$release"
    TSAN_OPTIONS="suppressions=$ROOT/tests/support/tsan.supp ignore_noninstrumented_modules=1 exitcode=66 second_deadlock_stack=1 log_path=$OUT/report.$release" \
        start proxy "$PROXY" --host 127.0.0.1 --port 0 --octane-host "${STANDIN%:*}" --octane-port "${STANDIN##*:}" --threads 4 --log-level warn
    URL=$LISTENING PROXY_PID=$STARTED_PID
    for query in format=raw format=jpeg 'format=jpeg&motion=64,40&final=png' 'format=webp&width=100&fps=10' 'format=png&pass=0' format=both; do
        "$BUILD/octane-bench" viewers --url "$URL" --query "$query" --count 4 --stall 1 --seconds "$((2 * SECONDS_EACH))" --warm-up 0.5 \
            >"$OUT/viewers.log" 2>&1 &
        PIDS+=("$!")
    done
    "$BUILD/octane-bench" unary --url "$URL" --connections 8 --seconds "$SECONDS_EACH" >"$OUT/unary.log" 2>&1 &
    PIDS+=("$!")
    END=$((SECONDS + SECONDS_EACH))
    while ((SECONDS < END)); do
        for target in /metrics /health /render/callback-status /render/frame.jpg '/render/frame.raw?after=1&wait=100'; do
            curl -s -o /dev/null --max-time 5 "$URL$target" || true
        done
        curl -s -o /dev/null --max-time 5 -X POST "$URL/LiveLink/SetCamera" -d '{"position":{"x":1,"y":2,"z":3}}' || true
        curl -s -o /dev/null --max-time 0.2 "$URL/render/stream?format=jpeg" || true
        curl -s -o /dev/null --max-time 0.2 "$URL/render/mjpeg?width=80" || true
    done
    kill -KILL "$STANDIN_PID"
    wait "$STANDIN_PID" 2>/dev/null || true
    standin "$release" "${STANDIN##*:}"
    END=$((SECONDS + SECONDS_EACH))
    while ((SECONDS < END)); do curl -s -o /dev/null --max-time 0.3 "$URL/render/stream?format=raw" || true; done
    kill -TERM "$PROXY_PID"
    CODE=0
    wait "$PROXY_PID" || CODE=$?
    ((CODE == 0)) || { echo "$release: the proxy ended with status $CODE" && STATUS=1; }
    stop_all
done
if compgen -G "$OUT/report.*" >/dev/null; then
    grep -h -A 12 'WARNING: ThreadSanitizer' "$OUT"/report.* | head -n 200
    echo "$(grep -h -c 'WARNING: ThreadSanitizer' "$OUT"/report.* | awk '{ n += $1 } END { print n }') report(s), in $OUT/report.*"
    STATUS=1
else
    echo "no report"
fi
exit $STATUS
