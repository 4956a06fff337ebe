# dev/bench cold-start: from the start of the process to the first 200 of /readyz, schema in place; sourced by it, not run.

bench_cold_start() {
    begin_part cold-start
    configure 1 1
    fill
    python3 Benchmarks/cold_start.py --port "$PORT" --samples "${SAMPLES:-5}" --log "$WORK/latchkey.log" \
        -- "$BIN/latchkey" serve --config "$WORK/latchkey.yaml" >"$WORK/cold-start"
    head -n -1 "$WORK/cold-start"
    end_part --line "$WORK/cold-start"
}
