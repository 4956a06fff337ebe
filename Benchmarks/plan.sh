#!/usr/bin/env bash
# dev/bench plan: how long `latchkey policy plan` takes over many users and decisions, and how much memory. A table for people,
# then one line of JSON.
#
# USERS (1000000), DECISIONS (2000000), PROGRAM (a built latchkey, instead of the release build).
. "$(dirname "${BASH_SOURCE[0]}")/../dev/lib.sh"
USERS=${USERS:-1000000}
DECISIONS=${DECISIONS:-2000000}
CLUSTER=${CLUSTER:-$STATE/bench-postgres}
PROGRAM=${PROGRAM:-.build/release/latchkey}
if [ ! -x "$PROGRAM" ]; then
    need_swift
    need_build_packages
    build -c release --product latchkey
fi
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

dev/postgres start "$CLUSTER" >/dev/null
SERVER=$(dev/postgres url "$CLUSTER")
PG=$(dirname "$(find /usr/lib/postgresql -path '*/bin/psql' | sort -V | tail -n 1)")
sql() { "$PG/psql" -d "$SERVER dbname=bench_plan" -XqAt -v ON_ERROR_STOP=1 "$@"; }
"$PG/psql" -d "$SERVER" -Xq -c 'drop database if exists bench_plan' -c 'create database bench_plan'
cat >"$WORK/latchkey.yaml" <<YAML
public_url: http://localhost:8080
mode: development
database:
  url: $SERVER dbname=bench_plan
providers:
  google: {client_id: bench, client_secret: bench}
  github: {client_id: bench, client_secret: bench}
  oidc-example: {client_id: bench, client_secret: bench, issuer: https://issuer.example}
YAML
"$PROGRAM" migrate --config "$WORK/latchkey.yaml" >"$WORK/log" 2>&1 || die "migrating failed: $(tail -n 3 "$WORK/log")"
say "Filling $USERS users and $DECISIONS decisions"
sql -v users="$USERS" -v decisions="$DECISIONS" -f Benchmarks/plan.sql >/dev/null
"$PROGRAM" policy apply providers/linking-policy.yaml --without-plan --reason bench --author bench \
    --config "$WORK/latchkey.yaml" >"$WORK/log" 2>&1 || die "the policy could not be applied: $(tail -n 3 "$WORK/log")"

say "Planning providers/recipes/strict.yaml"
before=$(date +%s.%N)
"$PROGRAM" policy plan providers/recipes/strict.yaml --json --config "$WORK/latchkey.yaml" >"$WORK/plan.json" 2>"$WORK/log" &
plan=$!
peak=0
while kill -0 "$plan" 2>/dev/null; do
    now=$(awk '/^VmHWM/ { print $2 }' "/proc/$plan/status" 2>/dev/null || echo 0)
    if [ "${now:-0}" -gt "$peak" ]; then peak=$now; fi
    sleep 0.05
done
wait "$plan" || die "the plan failed: $(tail -n 3 "$WORK/log") $(head -c 500 "$WORK/plan.json")"
after=$(date +%s.%N)
awk -v users="$USERS" -v decisions="$DECISIONS" -v from="$before" -v to="$after" -v kib="$peak" 'BEGIN {
    seconds = to - from
    printf "%-12s %12s\n%-12s %12d\n%-12s %12d\n%-12s %12.2f\n%-12s %12.1f\n", "", "plan", "users", users,
        "decisions", decisions, "seconds", seconds, "rss_mb", kib / 1024
    printf "{\"bench\":\"plan\",\"users\":%d,\"decisions\":%d,\"seconds\":%.2f,\"rss_mb\":%.1f}\n", users, decisions,
        seconds, kib / 1024
}'
