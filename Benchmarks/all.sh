# dev/bench without arguments: one part after another on one data set, then the table of all; sourced by it, not run.

ALL_PARTS=(session sign-in password tokens cold-start housekeeping revocation)

bench_all() {
    local part failed=() dated
    dated=$WORK/$(date -u +%Y-%m-%dT%H%M%SZ).json
    for part in "${ALL_PARTS[@]}"; do
        rm -f "$WORK/parts/$part.json"
        say "— $part —"
        # Each starts and ends what it needs; one that fails takes nothing away from the others.
        PROGRAMS=$BIN BENCH_KEEPS_POSTGRES=1 bash dev/bench "$part" >"$WORK/$part.log" || failed+=("$part")
        head -n -1 "$WORK/$part.log"
    done
    python3 Benchmarks/report.py all --work "$WORK" --out "$LATEST" --out "$dated" ${out:+--out "$out"} "${ALL_PARTS[@]}"
    [ ${#failed[@]} -eq 0 ] || die "these parts failed, and their figures are missing: ${failed[*]}"
}
