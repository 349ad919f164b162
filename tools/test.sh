#!/usr/bin/env bash
# Builds and tests everything, from a fresh clone on; ends with one line "N passed, N failed".
#   tools/test.sh             all of it
#   tools/test.sh unit        unit tests with AddressSanitizer and UBSan, and the checks of sources and documents
#   tools/test.sh tsan        unit tests of the threaded rooms with ThreadSanitizer
#   tools/test.sh fuzz        half a minute of each fuzz target
#   tools/test.sh e2e         the real proxy against the stand-in renderer, driven by curl
#   tools/test.sh browser     the page in headless Chromium
# A part that cannot run (a missing tool, a failed build, a skipped test) counts as failed, and what failed is told again at the end.
# Full output: build/test-logs/.
# The trees are built one after another, the later ones at a lower priority, while the tests of those that are built run: many of these wait.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

part=${1:-all}
case $part in
  all | unit | tsan | fuzz | e2e | browser) ;;
  *) echo "usage: tools/test.sh [unit|tsan|fuzz|e2e|browser]" >&2; exit 2 ;;
esac
logs=build/test-logs
mkdir -p "$logs"

passed=0
failed=0
failures=()  # the logs of the stages that have some
started=$SECONDS
say() { printf '\n== %s\n' "$*"; }

# stage NAME COMMAND…: runs it with its output on the screen and in a log; returns its status.
stage() {
  local name=$1 begin=$SECONDS status
  shift
  say "$name"
  "$@" 2>&1 | tee "$logs/${name// /-}.log"
  status=${PIPESTATUS[0]}
  printf -- '-- %s: %s, %d s\n' "$name" "$([[ $status -eq 0 ]] && echo ok || echo "failed with status $status")" $((SECONDS - begin))
  return "$status"
}

# fail NAME N: so many tests of that stage failed.
fail() {
  failed=$((failed + $2))
  failures+=("$logs/${1// /-}.log")
}

# must NAME COMMAND…: a stage without tests of its own; it only counts when it fails.
must() {
  stage "$@" && return 0
  fail "$1" 1
  return 1
}

# check NAME COMMAND…: a stage that is one test.
check() {
  if stage "$@"; then passed=$((passed + 1)); else fail "$1" 1; fi
}

# count NAME STATUS PASSED FAILED: adds up what a stage with many tests said; a bad status without a failed test is a failure too.
count() {
  passed=$((passed + $3))
  if [[ $4 -gt 0 ]]; then
    fail "$1" "$4"
  elif [[ $2 -ne 0 || $3 -eq 0 ]]; then
    fail "$1" 1
  fi
}

# One compiler a processor: the third that Ninja starts on two makes all three slower.
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
# configure_and_build NICENESS PRESET TARGET…
configure_and_build() {
  local niceness=$1 preset=$2
  shift 2
  # Warnings of the compiler that ships stop this build, and not that of users with another. A tree never changes its compiler: one that
  # was not made by Clang, as these three are, is made anew.
  local options=()
  if [[ $preset == release ]]; then
    options=(-DOCTANE_WARNINGS_AS_ERRORS=GNU-12)
  elif ! grep -qs 'CMAKE_CXX_COMPILER_ID "Clang"' "build/$preset"/CMakeFiles/*/CMakeCXXCompiler.cmake; then
    options=(--fresh)
  fi
  cmake --preset "$preset" "${options[@]}" || return
  nice -n "$niceness" cmake --build "build/$preset" --target "$@"
}

# build_all: what planned() has noted, in that order. The last line of each log tells how it ended. All tests wait for the first tree; the others
# leave the processors to the tests that run meanwhile, but not so much that they stand still on a busy machine.
plan=()
planned() { plan+=("$*"); : >"$logs/tree-${1}.log"; }
build_all() {
  local one words niceness=0
  for one in "${plan[@]}"; do
    read -ra words <<<"$one"
    configure_and_build "$niceness" "${words[@]}" >>"$logs/tree-${words[0]}.log" 2>&1
    echo "-- status $?" >>"$logs/tree-${words[0]}.log"
    niceness=3
  done
}

# built PRESET: shows what its build says, until that has ended or the builder has.
built() {
  local line status=1
  while IFS= read -r line; do
    if [[ $line == "-- status "* ]]; then status=${line##* }; break; fi
    printf '%s\n' "$line"
  done < <(exec tail -n +1 -f --pid="$builder" "$logs/tree-$1.log")
  kill "$!" 2>/dev/null  # tail
  return "$status"
}

# room_tests NAME PRESET ROOM…: the rooms' unit tests, built with that preset.
room_tests() {
  local name=$1 preset=$2 results=$PWD/$logs/$2.xml status sums
  shift 2
  must "build $preset" built "$preset" || return
  rm -f "$results"
  stage "$name" ctest --test-dir "build/$preset" --parallel 2 --output-on-failure --timeout 1200 --tests-regex "^($(IFS='|' && echo "$*"))\$" \
    --test-output-size-passed 10000000 --test-output-size-failed 10000000 --output-junit "$results"
  status=$?
  sums=$(python3 tests/support/count_unit_tests.py "$results") || sums="0 1"
  # shellcheck disable=SC2086
  count "$name" "$status" $sums
}

rooms=()
for room in tests/unit/*/; do
  compgen -G "$room*.cpp" >/dev/null && rooms+=("$(basename "$room")")
done
threaded_rooms=(http rpc upstream frames livelink endpoints)  # whose objects are shared by threads
fuzz_targets=()
for file in tests/fuzz/*_fuzz.cpp; do fuzz_targets+=("$(basename "$file" .cpp)"); done

# fuzz NAME: half a minute of that target from nothing, in the same order each time; what it says and how it ended, into files.
fuzz() {
  local status=0
  "build/fuzz/$1" -seed=1 -max_total_time=30 -timeout=20 -rss_limit_mb=4096 -artifact_prefix="$logs/$1-" >"$logs/$1.log" 2>&1 || status=$?
  echo "$status" >"$logs/$1.status"
}

# told FILE_STEM: what such files tell; of a run that found nothing, how much it tried.
told() {
  local status
  status=$(cat "$1.status" 2>/dev/null) || status=1  # killed before it could say
  if [[ $status == 0 ]]; then tail -n 1 "$1.log"; else cat "$1.log"; fi
  return "$status"
}

fuzz_tests() {
  local name
  must "build fuzz" built fuzz || return
  for name in "${fuzz_targets[@]}"; do rm -f "$logs/$name.status"; done
  export -f fuzz
  logs=$logs xargs -P 2 -n 1 bash -c 'fuzz "$1"' - < <(printf '%s\n' "${fuzz_targets[@]}")
  for name in "${fuzz_targets[@]}"; do check "fuzz $name" told "$logs/$name"; done
}

source_checks() {
  check "source check" python3 tests/check_sources.py
  check "document check" python3 tests/check_docs.py
  check "schema check" python3 tools/schema/write_protos.py --check
  check "release map check" python3 tools/schema/write_release_map.py --check
  check "reference types check" python3 tools/schema/write_reference_types.py --check
}

# node_tests NAME AT_ONCE FILE…: what node's own test runner says of the files, so many of them at a time; skipped and cancelled
# tests count as failed.
node_tests() {
  local name=$1 at_once=$2 status sums
  shift 2
  # Half an hour is several times what all of them take: what hangs fails, and does not last for ever.
  stage "$name" timeout --kill-after=10 1800 node --test --test-concurrency="$at_once" --test-reporter=tap "$@"
  status=$?
  sums=$(awk '/^# pass [0-9]+/ {pass = $3} /^# (fail|cancelled|skipped|todo) [0-9]+/ {fail += $3} END {print pass + 0, fail + 0}' \
    "$logs/${name// /-}.log")
  # shellcheck disable=SC2086
  count "$name" "$status" $sums
}

node_packages() {
  [[ tests/node_modules/.package-lock.json -nt tests/package-lock.json ]] && return 0
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix tests --no-fund --no-audit
}

must "packages" tools/install-packages.sh test

wants() { [[ " all $* " == *" $part "* ]]; }
if wants unit; then planned dev "${rooms[@]/#/test-}"; fi
if wants e2e browser; then planned release octane-proxy octane-standin; fi
if wants tsan; then planned tsan "${threaded_rooms[@]/#/test-}"; fi
if wants fuzz; then planned fuzz "${fuzz_targets[@]}"; fi
set -m  # a process group of its own, so that it ends as a whole
build_all &
builder=$!
set +m
trap 'kill -- -"$builder" 2>/dev/null' EXIT

if wants unit; then
  source_checks
  room_tests "unit tests" dev "${rooms[@]}"
fi
if wants e2e browser && must "build release" built release; then
  if wants e2e; then node_tests "end-to-end tests" 3 tests/e2e/*.test.mjs; fi
  if wants browser && must "node packages" node_packages; then node_tests "browser tests" 2 tests/browser/*.test.mjs; fi
fi
if wants tsan; then room_tests "unit tests with ThreadSanitizer" tsan "${threaded_rooms[@]}"; fi
if wants fuzz; then fuzz_tests; fi

for log in "${failures[@]}"; do
  say "failed, of $log"
  python3 tests/support/failures.py "$log"
done
say "total: $((SECONDS - started)) s"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
