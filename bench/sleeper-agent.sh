#!/bin/sh
# The agent of the figures about idle slots: answers, takes as long as its milestone says, writes one file, and says that it is done.
echo '{"type":"assistant","message":{"id":"m1","model":"sleeper","role":"assistant","content":[{"type":"text","text":"on it"}]}}'
sleep "$(sed -n 's/^takes: //p' "milestones/${PWD##*/}.md")"
echo "$$" > "work-${PWD##*/}.txt"
echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}'
