#!/bin/sh
# The agent of the makespan figure: writes one file, and says that it is done as the CLI would.
echo "$$" > "work-${PWD##*/}.txt"
echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}'
