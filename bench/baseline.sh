#!/bin/sh
# The plain way to do it: a worktree, the agent, a commit and a merge for each milestone, four at a time.
# Usage, in a repository with milestones/: baseline.sh AGENT
set -eu
agent=$1
export agent
ls milestones/*.md | xargs -P4 -I{} sh -c '
    id=$(basename "{}" .md)
    flock .git/bench.lock git worktree add -q -b "task/$id" ".worktree/$id" main
    (cd ".worktree/$id" && "$agent" < /dev/null > /dev/null && git add -A && git commit -q -m "$id")
    flock .git/bench.lock git merge -q --no-ff -m "Merge $id" "task/$id"
'
