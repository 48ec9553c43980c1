#!/bin/sh
# Publishes the program into artifacts/program: as native code where the machine can link, else ready-to-run.
# With two words: another project, into another folder.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
project=$root/${1:-src/Orchestrator.Cli}
out=$root/${2:-artifacts/program}
work=$root/artifacts/publish
log=$work/publish.log
mkdir -p "$work"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_HOME="${DOTNET_CLI_HOME:-${HOME:-$work}}"
case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) rid=linux-x64 ;;
    Linux-aarch64) rid=linux-arm64 ;;
    Darwin-arm64) rid=osx-arm64 ;;
    Darwin-x86_64) rid=osx-x64 ;;
    *) echo "error: no build is known for $(uname -sm)." >&2; exit 2 ;;
esac
[ "$rid" = linux-x64 ] && ls /lib/ld-musl-* >/dev/null 2>&1 && rid=linux-musl-x64

version=$("$root/eng/version.sh")

publish() {
    rm -rf "$out.new"
    dotnet publish "$project" -c Release -r "$rid" -o "$out.new" -p:ArtifactsPath="$work/" -p:Version="$version" -p:IncludeSourceRevisionInInformationalVersion=false -p:DebugType=none -nodeReuse:false "$@" >"$log" 2>&1
}

linker=
command -v clang >/dev/null && linker=clang
[ -z "$linker" ] && command -v gcc >/dev/null && linker=gcc
[ -n "${1:-}" ] || echo "Building the orchestrator (once; about a minute) …"
if [ -n "$linker" ] && publish -p:PublishAot=true -p:CppCompilerAndLinker="$linker"; then
    kind="native code"
elif publish -p:PublishReadyToRun=true --self-contained false; then
    kind="ready to run"
else
    cat "$log" >&2
    echo "error: the build failed; the whole output is above." >&2
    exit 1
fi
rm -rf "$out" && mv "$out.new" "$out"
touch "$out"/*
echo "Built ($kind)."
