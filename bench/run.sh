#!/bin/sh
# Builds the benchmark in the build folder given as first argument (default: build) and runs it with the other ones.
set -eu
build=build
case "${1:-}" in
    '' | -*) ;;
    *)
        build=$1
        shift
        ;;
esac
cmake -S "$(dirname "$0")/.." -B "$build" -DSAKU_BUILD_BENCH=ON >/dev/null
cmake --build "$build" --target saku_bench -j "${JOBS:-2}" >&2
exec "$build/bench/saku_bench" "$@"
