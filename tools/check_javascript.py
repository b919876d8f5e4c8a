"""Type-check the browser's modules and run their tests with Node.

Node is the machine's own or the one that the set-up brought. Where neither is there, this says so and passes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run the type checker and the tests; the first failure's exit code."""
    node = shutil.which("node")
    compiler = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    if node is None or not compiler.is_file():
        print("left out: the type check of static/js (Node or node_modules is missing here)")
        return 0
    checked = subprocess.call([node, str(compiler), "--noEmit", "-p", str(ROOT / "jsconfig.json")], cwd=ROOT)
    if checked:
        return checked
    tests = sorted(str(path) for path in (ROOT / "tests" / "js").glob("*.test.mjs"))
    return subprocess.call([node, "--test", "--test-reporter=dot", *tests], cwd=ROOT) if tests else 0


if __name__ == "__main__":
    sys.exit(main())
