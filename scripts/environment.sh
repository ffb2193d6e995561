#!/bin/sh
# Make the virtual environment .venv with a Python that is new enough, or say what is missing.
set -u
[ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null && exit 0

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$new_enough" 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "${python:-}" ]; then
    found=$(python3 --version 2>/dev/null || echo "no python3")
    echo "Paraat needs Python 3.11 or newer; this machine has $found." >&2
    echo "Install it (on Debian: apt-get install python3 python3-venv), or name one: PYTHON=/path/to/python3 make run" >&2
    exit 1
fi
rm -rf .venv
if ! "$python" -m venv .venv; then
    rm -rf .venv
    echo "$python could not make a virtual environment (on Debian: apt-get install python3-venv)." >&2
    exit 1
fi
