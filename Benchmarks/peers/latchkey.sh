# shellcheck shell=bash disable=SC2120
# How the kit starts and measures Latchkey; sourced by lib.sh of the copy that set-up.sh makes. Names are the kit's.
LATCHKEY=5690

# $1: where the mock's claims are read: userinfo, as the peers do (default), or id-token
latchkey_up() {
    local providers=$W/latchkey/providers
    [ "${1:-userinfo}" = userinfo ] || providers=$W/latchkey/providers-$1
    pg_up
    mock_up
    start latchkey "http://127.0.0.1:$LATCHKEY/readyz" "$W/latchkey/latchkey" serve --config "$W/latchkey/latchkey.yaml" \
        --set "providers.directory=$providers"
}

# A database as it is after the first start: schema, signing keys, the kit's thousand users with a password. The flows get the
# cookie of a browser that has been here: each sign-in in another one would be told to the owner by mail.
latchkey_anew() {
    local log=$W/log/latchkey-set-up.log command device flow
    stop latchkey
    pg_up
    psql -qc 'set client_min_messages = warning' -c 'drop database if exists latchkey' -c 'create database latchkey'
    for command in migrate "users import $W/latchkey/users.jsonl"; do
        # shellcheck disable=SC2086 # words
        if ! "$W/latchkey/latchkey" $command --config "$W/latchkey/latchkey.yaml" >"$log" 2>&1; then
            tail -n 5 "$log"
            exit 1
        fi
    done
    latchkey_up
    mock_users 1000
    device=$("$W/flow" -c 1 -n 1 "$W/latchkey/flows/latchkey-device.flow" port=$LATCHKEY 2>"$log")
    for flow in "$W"/latchkey/flows/*.flow; do sed "s|@DEVICE@|${device:?}|" "$flow" >"$HERE/flows/${flow##*/}"; done
    # The browser is nobody's new one.
    "$W/flow" -c 16 -n 1000 "$HERE/flows/latchkey-password.flow" port=$LATCHKEY >"$log" 2>&1
    stop latchkey
}

# The operations under the names of the peers' rows; $1 is latchkey or latchkey-id-token.
measure_latchkey() {
    local reads=${1#latchkey} operation
    reads=${reads#-}
    latchkey_anew
    cold "$1" latchkey latchkey_up "${reads:-userinfo}"
    sessions latchkey "$LATCHKEY"
    [ -n "$reads" ] || o1 "$1" latchkey latchkey "http://127.0.0.1:$LATCHKEY/v1/session"
    fl "$1" O2-social-returning latchkey latchkey-social "$LATCHKEY"
    mock_users 0
    fl "$1" O2-social-new-user latchkey latchkey-social "$LATCHKEY"
    mock_users 1000
    if [ -z "$reads" ]; then
        for operation in O3-password O4-refresh O5-introspect O6-code; do
            fl "$1" "$operation" latchkey "latchkey-${operation#*-}" "$LATCHKEY"
        done
    fi
    stop latchkey
}
