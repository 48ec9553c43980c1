#!/bin/sh
# Prints the version of what lies here, from the tags: v1.2.3 is 1.2.3; four commits later 1.2.4-dev.4+gHASH; without any
# tag 0.1.0-dev.N+gHASH with N commits in all. What is not committed adds .dirty; without git or history it is 0.1.0-dev.
set -eu
cd "$(dirname -- "$0")/.."
first=0.1.0-dev

if ! hash=$(git rev-parse --verify --quiet --short=12 HEAD 2>/dev/null); then
    echo "$first"
    exit 0
fi
dirty=
git diff-index --quiet HEAD -- 2>/dev/null || dirty=.dirty

# Without a tag on the way, git describe fails; then all commits count.
if ! described=$(git describe --tags --long --abbrev=12 --match 'v[0-9]*.[0-9]*.[0-9]*' HEAD 2>/dev/null); then
    echo "$first.$(git rev-list --count HEAD)+g$hash$dirty"
    exit 0
fi
tag=${described%-*-g*}
since=${described#"$tag"-}
since=${since%-g*}
base=${tag#v}
case $base in
    *[!0-9A-Za-z.-]*) echo "error: the tag $tag is no version; name it like v1.2.3." >&2; exit 2 ;;
esac
if [ "$since" = 0 ] && [ -z "$dirty" ]; then
    echo "$base"
    exit 0
fi
# A version after a tag has to come after it in order: before the next patch, or behind the pre-release.
case $base in
    *-*) next=$base.dev ;;
    *) next=${base%.*}.$((${base##*.} + 1))-dev ;;
esac
echo "$next.$since+g$hash$dirty"
