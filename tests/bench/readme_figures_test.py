"""bench/readme_figures.py: the table it writes, and what it refuses."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "bench" / "readme_figures.py"
BEGIN = "<!-- figures: written by `make readme-figures`, do not edit -->\n"
END = "<!-- end of figures -->\n"


def contender(name, role, seconds, note=""):
    each = {"name": name, "role": role, "note": note}
    each.update({"failure": "no convolution"} if seconds is None else {"seconds": seconds, "gflops": 2e-4 / seconds})
    return each


def result(label, group, ours, theirs):
    contenders = [contender("saku", "saku", ours, "tuned in 0.52 s, predicted 1.0 us"),
                  contender("fast", "peer", theirs), contender("slow", "peer", 9.0), contender("C", "plain", 1e-9)]
    return {"op": label, "label": label, "group": group, "peak_gflops": 250.4, "contenders": contenders,
            "ratio_to_best_peer": theirs / ours}


DOCUMENT = {"schema": 1, "kind": "benchmark", "cpu": "A CPU", "threads": 1,
            "versions": {"saku": "0", "fast": "1.2", "slow": "3"},
            "results": [result("gemm a", "gemm", 1e-3, 2e-3), result("gemm b", "gemm", 4e-3, 2e-3),
                        result("conv c", "conv 1x1", 2e-3, 1e-3)]}

TABLE = """
Measured on A CPU. fast: 1.2; slow: 3. Geometric means of the speed ratios to the best library
(above 1: saku is faster): **1.000** on the two matrix products, **0.500** on the one 1×1 convolutions.

| operator | µs | GF/s | FMA peak beside it | speed ratio to the best library | tuned in s |
|---|---|---|---|---|---|
| gemm a | 1000.00 | 0.2 | 250 | 2.00 (fast) | 0.52 |
| gemm b | 4000.00 | 0.1 | 250 | 0.50 (fast) | 0.52 |
| conv c | 2000.00 | 0.1 | 250 | 0.50 (fast) | 0.52 |

"""


class ReadmeFigures(unittest.TestCase):
    def run_script(self, document, readme):
        """Exit code, complaint and the file afterwards."""
        with tempfile.TemporaryDirectory() as folder:
            results, page = pathlib.Path(folder, "r.json"), pathlib.Path(folder, "README.md")
            results.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
            page.write_text(readme, encoding="utf-8")
            ended = subprocess.run([sys.executable, SCRIPT, results, page], capture_output=True, text=True, check=False)
            return ended.returncode, ended.stderr, page.read_text(encoding="utf-8")

    def test_only_what_stands_between_the_marks_changes(self):
        code, complaint, page = self.run_script(DOCUMENT, "before\n" + BEGIN + "old\n" + END + "after\n")
        self.assertEqual((code, complaint), (0, ""))
        self.assertEqual(page, "before\n" + BEGIN + TABLE + END + "after\n")
        self.assertEqual(self.run_script(DOCUMENT, page), (0, "", page))

    def test_what_is_wrong_is_refused_and_the_page_kept(self):
        good = "x\n" + BEGIN + END
        without_saku = {**DOCUMENT, "results": [{**DOCUMENT["results"][0], "contenders": []}]}
        for document, readme in [(DOCUMENT, "no marks\n"), (DOCUMENT, END + BEGIN), (DOCUMENT, good + good), ("{", good),
                                 ("[]", good), ({**DOCUMENT, "kind": "record"}, good), (without_saku, good)]:
            code, complaint, page = self.run_script(document, readme)
            self.assertEqual(code, 2)
            self.assertTrue(complaint.startswith("readme_figures.py: "))
            self.assertNotIn("Traceback", complaint)
            self.assertEqual(page, readme)

    def test_the_readme_has_the_marks(self):
        page = (SCRIPT.parents[1] / "README.md").read_text(encoding="utf-8")
        code, complaint, _ = self.run_script(DOCUMENT, page)
        self.assertEqual((code, complaint), (0, ""))


if __name__ == "__main__":
    unittest.main()
