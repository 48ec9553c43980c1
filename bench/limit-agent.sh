#!/bin/sh
# The agent of the limit figure: refuses until the time in ~/until, as the CLI would, and notes when it was asked.
date +%s.%N >> "$HOME/asked"
until=$(cat "$HOME/until")
if [ "$(date +%s)" -lt "$until" ]; then
    echo '{"type":"system","subtype":"init","session_id":"s"}'
    echo "{\"type\":\"rate_limit_event\",\"rate_limit_info\":{\"status\":\"rejected\",\"resetsAt\":$until,\"rateLimitType\":\"five_hour\",\"isUsingOverage\":false}}"
    echo '{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"You'"'"'ve hit your 5-hour limit"}'
    exit 1
fi
echo "$$" > "work-${PWD##*/}.txt"
echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}'
