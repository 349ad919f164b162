#!/usr/bin/env bash
# Tool: bench. Viewers that stop reading beside viewers that read: frames and delay of those who read, with and without the others; the
# proxy's memory; when the stalled ones are disconnected; and whether anything is left of them after many rounds. See README.md here.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: tools/bench/stalled.sh [options]

  --viewers N    all viewers (default 100)
  --stalled N    of them stop reading after their first bytes (default 30)
  --seconds S    length of one measurement (default 10)
  --rounds N     rounds of coming and going for the memory (default 10)
  --no-gone      does not wait the half minute until the stalled ones are disconnected
  --out DIR      where samples and logs go (default build/bench-stalled)
TEXT
}

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
BUILD=${BUILD:-$ROOT/build/release}
OUT=$ROOT/build/bench-stalled
VIEWERS=100 STALLED=30 SECONDS_EACH=10 ROUNDS=10 WAITS_FOR_GONE=true
while (($# > 0)); do
    case $1 in
        --viewers) VIEWERS=$2 && shift ;;
        --stalled) STALLED=$2 && shift ;;
        --seconds) SECONDS_EACH=$2 && shift ;;
        --rounds) ROUNDS=$2 && shift ;;
        --no-gone) WAITS_FOR_GONE=false ;;
        --out) OUT=$2 && shift ;;
        --help | -h) usage && exit 0 ;;
        *) echo "unknown option $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift
done
mkdir -p "$OUT"
ulimit -n "$(ulimit -H -n)" 2>/dev/null || true
unset OCTANE_HOST OCTANE_PORT "${!OCTANE_PROXY_@}" || true
# shellcheck disable=SC2034 # for measure.sh
ROUND=1 MAX_STEAL=100 MAX_OTHERS=100 ATTEMPTS=1
# shellcheck source=tools/bench/measure.sh
source "$HERE/measure.sh"
trap stop_all EXIT
FAILED=0

# The picture that 70 viewers can be served on two cores: the point is who suffers, not how much fits.
start_standin 256 128
start_proxy "$BUILD/octane-proxy"
rss() { awk '/^VmRSS/ { printf "%.1f", $2 * 1.024e-3 }' "/proc/$PROXY_PID/status"; }
load() { "$BUILD/octane-bench" viewers --url "$PROXY_URL" --pid "$PROXY_PID" --query format=raw --warm-up 2 "$@"; }
pick() { awk -v name="$1" '$1 == name { print $2 }' "$OUT/$2.txt"; }

READING=$((VIEWERS - STALLED))
load --count "$READING" --seconds "$SECONDS_EACH" >"$OUT/without.txt"
load --count "$VIEWERS" --stall "$STALLED" --seconds "$SECONDS_EACH" >"$OUT/with.txt"
printf '| | %s viewers | the same beside %s that have stalled |\n|---|---|---|\n' "$READING" "$STALLED"
for name in fps_mean fps_min delay_p50_ms delay_p99_ms missed rss_mb rss_peak_mb cpu_s_per_gb; do
    printf '| %s | %s | %s |\n' "$name" "$(pick "$name" without)" "$(pick "$name" with)"
done
(($(pick missed with) == 0)) || { echo "FAILED: those who read missed $(pick missed with) frames" && FAILED=1; }
is_within "$(pick rss_peak_mb with)" 80 || { echo "FAILED: the proxy needed $(pick rss_peak_mb with) MB; 80 are allowed" && FAILED=1; }

if $WAITS_FOR_GONE; then
    load --count "$VIEWERS" --stall "$STALLED" --seconds 33 >"$OUT/gone.txt"
    printf '\nAfter 33 s %s of %s stalled viewers have been disconnected.\n' "$(pick stalled_closed gone)" "$STALLED"
    [[ $(pick stalled_closed gone) == "$STALLED" ]] || { echo "FAILED: some are still there" && FAILED=1; }
fi

# Memory after each round, with nobody left: what the allocator keeps settles, a leak does not.
printf '\nMemory in MB with nobody watching, after each round: '
for ((round = 1; round <= ROUNDS; ++round)); do
    load --count "$VIEWERS" --stall "$STALLED" --seconds 1 >"$OUT/round.txt"
    for _ in $(seq 100); do
        [[ $(curl -s "$PROXY_URL/render/callback-status" | sed -n 's/.*"active_clients":\([0-9]*\).*/\1/p') == 0 ]] && break
        sleep 0.1
    done
    LAST=$(rss)
    ((round == 2)) && SECOND=$LAST
    printf '%s ' "$LAST"
done
printf '\n'
if ((ROUNDS > 2)); then
    is_within "$(awk -v a="$LAST" -v b="$SECOND" 'BEGIN { print a - b }')" 8 ||
        { echo "FAILED: memory grew from $SECOND to $LAST MB" && FAILED=1; }
fi
exit $FAILED
