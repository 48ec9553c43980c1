#!/bin/sh
# The agent of the memory figure: says what lies in ~/talk fifty times over, and then that it is done.
i=0
while [ "$i" -lt 50 ]; do
    cat "$HOME/talk"
    i=$((i + 1))
done
echo "$$" > "work-${PWD##*/}.txt"
echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}'
