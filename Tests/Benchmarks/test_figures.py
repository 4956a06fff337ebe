"""What dev/bench computes, without measuring anything."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Benchmarks"))

import capacity
import compare
import figures
import memory
import parts
import report
import soak
import statement_limit
from figures import Figures, FiguresFault


class Folder(unittest.TestCase):
    """A folder of its own for each test."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run_quietly(self, main, *words: object) -> tuple[int, str, str]:
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            status = main([str(word) for word in words])
        return status, output.getvalue(), errors.getvalue()


class FileTests(Folder):
    def test_figures_come_back_as_they_were_written(self) -> None:
        written = Figures({"session_rate": 13_634.2}, {"session_rate": (13_000.0, 14_000.0)}, {"revision": "abc"})
        written.write(self.folder / "deep" / "run.json")
        self.assertEqual(figures.read(self.folder / "deep" / "run.json"), written)

    def test_a_file_that_holds_no_figures_says_so(self) -> None:
        for name, text, words in (
            ("cut.json", '{"format": 1, "fig', "not JSON"),
            ("list.json", "[1]", "not written by this dev/bench"),
            ("other.json", '{"format": 99, "figures": {}}', "not written by this dev/bench"),
            ("none.json", '{"format": 1}', "not written by this dev/bench"),
        ):
            with self.assertRaisesRegex(FiguresFault, words):
                figures.read(self.file(name, text))
        with self.assertRaisesRegex(FiguresFault, "No such file"):
            figures.read(self.folder / "absent.json")

    def test_what_is_no_number_is_left_out(self) -> None:
        found = figures.read(self.file("odd.json", '{"format": 1, "figures": {"a": 1, "b": "2", "c": true, "d": null}}'))
        self.assertEqual(found.values, {"a": 1})

    def test_the_median_of_the_runs_counts(self) -> None:
        self.file("session.runs", "100.0 1 2 0 70 30 0 0.01\n300.0 3 6 0 90 50 0 0.30\n200.0 2 4 0 80 40 0 0.02\n")
        self.file("session.counts", "1.01 0.02 13.5\n")
        self.file("session.memory", "50.0 45.0 0.0\n90.0 85.0 38.0\n55.0 50.0 0.0\n")
        found = figures.of_runs(self.folder, "session", "check_", "request")
        self.assertEqual(found.values["check_rate"], 200)
        self.assertEqual(found.spread["check_rate"], (100, 300))
        self.assertEqual(found.values["check_server_cpu_us"], 80)
        self.assertNotIn("check_stand_in_cpu_us", found.values)
        self.assertEqual(found.values["check_statements_per_request"], 1.01)
        self.assertEqual(found.values["check_rss_mb"], 90)
        self.assertEqual(found.values["check_rss_without_hash_regions_mb"], 55)
        self.assertEqual(figures.most_other_cores(self.folder), 0.30)


class CompareTests(Folder):
    def moved(self, name: str, old: tuple[float, float, float], new: tuple[float, float, float]) -> compare.Move:
        runs = [Figures({name: middle}, {name: (least, most)}) for least, middle, most in (old, new)]
        return compare.moves(*runs)[0]

    def test_more_is_better_for_a_rate_and_worse_for_a_time(self) -> None:
        self.assertEqual(self.moved("session_rate", (90, 100, 110), (190, 200, 210)).verdict, "better")
        self.assertEqual(self.moved("session_rate", (190, 200, 210), (90, 100, 110)).verdict, "worse")
        for name in ("session_p99_ms", "sign_in_server_cpu_us", "session_rss_mb", "sign_in_commits_per_sign_in",
                     "housekeeping_p99_ratio", "revocation_stale"):  # fmt: skip
            self.assertEqual(self.moved(name, (90, 100, 110), (190, 200, 210)).verdict, "worse", name)
        self.assertEqual(self.moved("session_ratio", (0.1, 0.2, 0.3), (0.4, 0.5, 0.6)).verdict, "better")

    def test_what_moved_within_the_runs_is_noise(self) -> None:
        move = self.moved("session_rate", (90, 100, 130), (120, 140, 150))
        self.assertEqual((move.is_beyond_noise, move.verdict), (False, ""))
        self.assertAlmostEqual(move.change or 0, 0.4)

    def test_what_was_measured_once_moves_by_a_tenth(self) -> None:
        def verdict(old: float, new: float) -> str:
            return compare.moves(Figures({"cold_start_ms": old}), Figures({"cold_start_ms": new}))[0].verdict

        self.assertEqual((verdict(100, 105), verdict(100, 120), verdict(100, 80)), ("", "worse", "better"))
        self.assertEqual(self.moved("session_rate", (100, 100, 100), (101, 101, 101)).verdict, "")

    def test_limits_and_sizes_are_neither_better_nor_worse(self) -> None:
        self.assertEqual(self.moved("session_limit_rate", (1, 2, 3), (4, 5, 6)).verdict, "the machine")
        self.assertEqual(self.moved("tokens_postgres_commit_rate", (1, 2, 3), (4, 5, 6)).verdict, "the machine")
        self.assertEqual(self.moved("session_users", (1, 2, 3), (4, 5, 6)).verdict, "another size")

    def test_from_nothing_there_is_no_percentage(self) -> None:
        self.assertIsNone(self.moved("revocation_stale", (0, 0, 0), (1, 1, 1)).change)

    def test_a_comparison_ends_well_and_a_missing_file_does_not(self) -> None:
        text = json.dumps({"format": 1, "figures": {"session_rate": 100, "gone_rate": 1}, "spread": {"session_rate": [90, 110]}})
        newer = json.dumps({"format": 1, "figures": {"session_rate": 200, "added_ms": 1}, "spread": {"session_rate": [190, 210]}})
        old, new = self.file("old.json", text), self.file("new.json", newer)
        status, output, _ = self.run_quietly(compare.main, old, new)
        self.assertEqual(status, 0)
        self.assertRegex(output, r"session_rate +100 +200 +\+100\.0 %  better")
        self.assertIn("only in the old run: gone_rate", output)
        self.assertIn("only in the new run: added_ms", output)
        status, output, errors = self.run_quietly(compare.main, self.folder / "absent.json", new)
        self.assertEqual((status, output), (1, ""))
        self.assertIn("absent.json: No such file", errors)


class ReportTests(Folder):
    def test_a_part_has_the_figures_of_its_rows_and_their_shares(self) -> None:
        self.file("session.runs", "100.0 1 2 0 70 30 0 0.01\n")
        self.file("healthz.runs", "200.0 1 2 0 40 0 0 0.02\n")
        found = report.part_figures("session", self.folder, 5, {"users": 10}, {})
        self.assertEqual((found.values["rate"], found.values["limit_rate"], found.values["ratio"]), (100, 200, 0.5))
        self.assertEqual((found.values["errors"], found.values["users"], found.values["run_seconds"]), (0, 10, 5))

    def test_the_table_judges_each_aim_that_was_measured(self) -> None:
        found = Figures({"session_rate": 100.0, "session_ratio": 0.5, "session_rss_without_hash_regions_mb": 48.0})
        table = report.whole_table(found, True)
        self.assertIn("ratio >= 0.8: NO (0.5); memory <= 64: yes", table)
        self.assertEqual(len(table.splitlines()), 3)
        self.assertIn("1 of 2 aims met", report.summary(found))

    def test_text_comes_between_the_marks_and_nowhere_else(self) -> None:
        page = "a\n<!-- figures: dev/bench docs -->\nold\n<!-- end of figures -->\nb\n"
        self.assertEqual(report.put(page, "figures", "new"), page.replace("old", "new"))
        with self.assertRaises(SystemExit):
            report.put(page, "scaling", "new")

    def test_every_aim_names_a_figure_that_a_part_makes(self) -> None:
        prefixes = tuple(name.replace("-", "_") + "_" for name in parts.PARTS)
        for line in parts.LINES:
            for name in (line.prefix, line.limit, line.ratio, *(aim.figure for aim in line.aims)):
                self.assertTrue(name == "" or name.startswith(prefixes), name)


class MemoryTests(unittest.TestCase):
    def test_only_an_anonymous_mapping_as_large_as_regions_is_of_a_hash(self) -> None:
        for region in (("rw-p", "0", "", 19_456), ("rw-p", "0", "[anon:argon2]", 20_480), ("rw-p", "0", "", 2 * 19_456)):
            self.assertTrue(memory.is_hash_region(*region), region)
        for region in (("rw-p", "0", "", 65_536), ("rw-p", "0", "[heap]", 20_000), ("r--p", "0", "", 19_456),
                       ("rw-p", "77", "/a/file", 20_000), ("rw-p", "0", "", 8_192), ("rw-p", "0", "", 0)):  # fmt: skip
            self.assertFalse(memory.is_hash_region(*region), region)


class CapacityTests(unittest.TestCase):
    def test_the_demand_follows_from_the_usage(self) -> None:
        found = {each.operation: each.per_million for each in capacity.demand(capacity.USUAL)}
        self.assertAlmostEqual(found["session check"], 3000)
        self.assertAlmostEqual(found["sign-in"], 300_000 * 0.2 / 86_400 * 4)
        self.assertAlmostEqual(found["refresh"], 30_000 * 4 / 3600)

    def test_the_cost_is_the_sum_over_the_operations(self) -> None:
        values = {f"{name}_{side}_cpu_us": 100.0 for name in ("session", "sign_in", "tokens_refresh") for side in ("server", "postgres")}
        cores = capacity.cost(values, capacity.demand(capacity.USUAL), "server")
        self.assertAlmostEqual(cores, (3000 + 2.7777778 + 33.333333) * 100 / 1e6)
        self.assertIn(f"{0.5 / cores * 1e6:,.0f} users", capacity.text(values, capacity.USUAL))


class StatementTests(unittest.TestCase):
    token = "ab" * 32

    def expression(self, value: str) -> str:
        return statement_limit.expression(value, self.token, "session", {})

    def test_the_token_becomes_another_each_time_alone_or_in_an_array(self) -> None:
        another = "sha256(('session' || :number::bigint)::bytea)"
        self.assertEqual(self.expression(f"'\\x{self.token}'"), another)
        self.assertEqual(self.expression(f"""'{{"\\\\x{self.token}"}}'"""), f"array[{another}]::bytea[]")
        fresh = self.expression(f"""'{{"\\\\x{self.token}","\\\\x{"cd" * 32}"}}'""")
        self.assertEqual(fresh, f"array[{another}, sha256(('new session 0 ' || :number::bigint)::bytea)]::bytea[]")

    def test_other_values_stay_what_they_are(self) -> None:
        self.assertEqual([self.expression(value) for value in ("NULL", "'14'", "'t'", "'{fed}'", "'it''s'")],
                         ["null", "14", "true", "'{fed}'::text[]", "'it''s'::text"])  # fmt: skip


class SoakTests(unittest.TestCase):
    def test_the_slope_is_in_mb_an_hour(self) -> None:
        self.assertAlmostEqual(soak.slope_per_hour([(0, 50), (1800, 51), (3600, 52)]), 2)
        self.assertAlmostEqual(soak.slope_per_hour([(0, 50), (10, 60), (20, 50)]), 0)
        self.assertEqual(soak.slope_per_hour([(0, 50)]), 0)


if __name__ == "__main__":
    unittest.main()
