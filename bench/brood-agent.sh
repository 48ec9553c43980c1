#!/bin/sh
# The agent of the recovery figures: leaves children as tools leave them (in the background, in a session of their own,
# forked twice, all deaf to requests) and never ends.
CHILD='trap "" HUP INT TERM; echo up >>"$HOME/brood"; while :; do sleep 600; done'
export CHILD
echo '{"type":"assistant","message":{"id":"m1","model":"brood","content":[{"type":"text","text":"on it"}]}}'
sh -c "$CHILD" &
setsid sh -c "$CHILD" &
(setsid sh -c '(setsid sh -c "$CHILD") & eval "$CHILD"' &)
exec sh -c "$CHILD"
