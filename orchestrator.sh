#!/bin/sh
# Builds the program on first use, or after its sources changed, and passes everything on.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
program=$here/artifacts/program/orchestrator

stale() {
    [ ! -x "$program" ] || [ -n "$(find "$here/src" "$here/samples" "$here/docs/reference/orchestrator.config.schema.json" "$here/Directory.Build.props" "$here/Directory.Packages.props" -newer "$program" -type f -print -quit)" ]
}

if stale; then
    command -v dotnet >/dev/null || { echo "error: the .NET 10 SDK is needed to build; 'dotnet' is not on PATH." >&2; exit 2; }
    "$here/eng/publish.sh" >&2
fi
exec "$program" "$@"
