#!/bin/sh
# Runs every test of the project; each is a file tests/test_*.sh.
cd "$(dirname "$0")/.." || exit 1
failed=0
for test in tests/test_*.sh; do
    [ -e "$test" ] || continue
    if sh "$test"; then echo "ok $test"; else echo "FAILED $test"; failed=1; fi
done
exit $failed
