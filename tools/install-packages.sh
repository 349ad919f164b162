#!/usr/bin/env bash
# Installs the packages that building (and, with "test", testing) needs, as far as they are missing.
#   tools/install-packages.sh [build|test]      Debian 12 and 13, Ubuntu 24.04; other systems get the list to read
set -euo pipefail

purpose=${1:-build}
case $purpose in
  build | test) ;;
  *) echo "usage: tools/install-packages.sh [build|test]" >&2; exit 2 ;;
esac

say() { echo "install-packages: $*"; }

clang=clang  # the version that cmake/clang.cmake takes
# shellcheck source=/dev/null
system=$( . /etc/os-release 2>/dev/null && echo "${ID:-unknown}-${VERSION_ID:-}" || echo unknown)
case $system in
  debian-12*) boost=(libboost1.81-dev libboost-url1.81-dev) clang=clang-16 ;;
  ubuntu-24*) boost=(libboost1.83-dev libboost-url1.83-dev) ;;
  *) boost=(libboost-dev libboost-url-dev) ;;
esac

if command -v clang++-16 >/dev/null; then clang=clang-16; fi

packages=(
  g++ cmake ninja-build ccache pkg-config
  protobuf-compiler libprotobuf-dev libprotoc-dev libgrpc++-dev
  "${boost[@]}" nlohmann-json3-dev libspdlog-dev libcli11-dev doctest-dev
  libturbojpeg0-dev libdeflate-dev libspng-dev libwebp-dev libopenexr-dev libssl-dev prometheus-cpp-dev libembree-dev
)
browser_missing=false
if [[ $purpose == test ]]; then
  # LLVM's llvm-symbolizer tells the sanitizers which function stands where; ThreadSanitizer's exceptions are by name (tests/support/tsan.supp).
  packages+=(curl python3 python3-grpcio python3-protobuf imagemagick "$clang" "${clang/clang/llvm}" nginx ffmpeg zsh mandoc groff-base)
  # A Node.js from elsewhere is as good as the package, if it is new enough to have a test runner and brings npm.
  node_major=$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)
  if [[ ${node_major:-0} -lt 18 ]]; then packages+=(nodejs); fi
  if ! command -v npm >/dev/null; then packages+=(npm); fi
  if [[ -z ${CHROMIUM:-} ]] && ! command -v chromium >/dev/null; then
    if [[ $system == ubuntu-* ]]; then browser_missing=true; else packages+=(chromium); fi
  fi
fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  say "this system has no apt; the build needs what these Debian packages hold:"
  say "  ${packages[*]}"
  exit 0
fi

installed=$(dpkg-query --show --showformat='${Package} ${db:Status-Abbrev}\n' "${packages[@]}" 2>/dev/null || true)
is_installed() { [[ $'\n'$installed == *$'\n'"$1 ii"* ]]; }
# A program counts as present wherever it comes from.
has_program() {
  case $1 in
    g++ | cmake | ccache | clang | clang-16 | curl | python3 | ffmpeg) command -v "$1" >/dev/null ;;
    ninja-build) command -v ninja >/dev/null ;;
    nginx) PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx >/dev/null ;;
    imagemagick) command -v magick >/dev/null || { command -v identify >/dev/null && command -v convert >/dev/null; } ;;
    *) false ;;
  esac
}

missing=()
for package in "${packages[@]}"; do
  is_installed "$package" || has_program "$package" || missing+=("$package")
done

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if command -v sudo >/dev/null; then as_root=(sudo); fi
fi

# with_lock COMMAND…: apt-get, which waits up to 5 minutes for another package manager to finish. apt itself waits only for dpkg's lock;
# the lock of the package lists, which an update takes, is tried again here.
with_lock() {
  local log status deadline=$((SECONDS + 300))
  log=$(mktemp)
  while :; do
    status=0
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" 2>&1 | tee "$log" || status=$?
    if [[ $status -eq 0 || $SECONDS -ge $deadline ]] || ! grep -q 'Could not get lock' "$log"; then break; fi
    say "another package manager is at work; trying again in 3 s"
    sleep 3
  done
  rm -f "$log"
  return "$status"
}

if [[ ${#missing[@]} -gt 0 ]]; then
  if [[ $(id -u) -ne 0 && ${#as_root[@]} -eq 0 ]]; then
    say "these packages are missing, and installing them needs root or sudo: ${missing[*]}" >&2
    exit 1
  fi
  say "installing ${missing[*]}"
  with_lock update
  with_lock install -y --no-install-recommends "${missing[@]}"
fi

# Clang's libFuzzer and sanitizers are in a package that carries its version in its name.
builds_fuzzers() {
  local program=$1/probe
  printf '#include <string>\nextern "C" int LLVMFuzzerTestOneInput(const unsigned char*, std::size_t) { return 0; }\n' >"$program.cpp"
  "${clang/clang/clang++}" -fsanitize=fuzzer,address,undefined "$program.cpp" -o "$program" 2>"$1/errors"
}
if [[ $purpose == test ]]; then
  probe=$(mktemp -d)
  trap 'rm -rf "$probe"' EXIT
  if ! builds_fuzzers "$probe"; then
    runtime=libclang-rt-$("$clang" -dumpversion | cut -d. -f1)-dev
    say "installing $runtime"
    if ! { with_lock update && with_lock install -y --no-install-recommends "$runtime" && builds_fuzzers "$probe"; }; then
      cat "$probe/errors" >&2
      say "$clang cannot link a libFuzzer program; it needs the C++ headers and the sanitizer libraries of its version" >&2
      exit 1
    fi
  fi
fi

if $browser_missing; then
  if command -v snap >/dev/null && "${as_root[@]}" snap install chromium; then
    say "installed Chromium as a snap"
  else
    say "Ubuntu has Chromium only as a snap, and snap does not work here. The browser tests need a Chromium or Chrome:" >&2
    say "install one, and name it if it is not called chromium: CHROMIUM=/usr/bin/google-chrome tools/test.sh" >&2
  fi
fi
