#!/usr/bin/env bash
# Make a virtual environment with the first Python ≥ 3.11 that can. Usage: make_venv.sh DIRECTORY
set -euo pipefail
directory=$1

for python in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
  "$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
  echo "making $directory with $("$python" -V)"
  exec "$python" -m venv "$directory"
done
echo "No Python ≥ 3.11 with venv was found. On Debian or Ubuntu: apt-get install python3-venv" >&2
exit 1
