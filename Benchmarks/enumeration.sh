# dev/bench enumeration: whether an answer's time tells addresses apart; sourced by it, not run.

SAMPLES=${SAMPLES:-5000}

bench_enumeration() {
    configure 1 1
    fill
    give_passwords
    start_latchkey
    python3 Benchmarks/local_accounts.py enumeration --port "$PORT" --origin "$ORIGIN" --samples "$SAMPLES" \
        --password "$PASSWORD" --out "$WORK/enumeration.json"
    stop_latchkey
    say "The positive control: no hash for nobody"
    sed -i 's/^development:$/development:\n  skip_dummy_hash: true/' "$WORK/latchkey.yaml"
    start_latchkey
    python3 Benchmarks/local_accounts.py enumeration --port "$PORT" --origin "$ORIGIN" --samples 300 \
        --password "$PASSWORD" --control "$WORK/enumeration.json"
}
