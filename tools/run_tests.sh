#!/usr/bin/env bash
# The whole suite on SQLite, then on PostgreSQL. PORTAL_TEST_PG is the address of a server where test databases may be made;
# PORTAL_TEST_DATABASE=sqlite or =postgresql runs one half only. Arguments go to pytest.
# In CI (CI=true) a PostgreSQL that cannot be reached is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."
python=${VENV:-.venv}/bin/python
export PORTAL_TEST_PG=${PORTAL_TEST_PG:-postgresql://postgres@127.0.0.1:5432/test}
failed=0

suite() {
  echo "== tests on $1"
  PORTAL_TEST_DATABASE=$1 "$python" -m pytest -n "${PYTEST_WORKERS:-2}" "${@:2}" || failed=1
}

reach_postgresql() {
  "$python" - <<'PY'
import os, sys
import psycopg

try:
    psycopg.connect(os.environ["PORTAL_TEST_PG"].replace("+psycopg", ""), connect_timeout=5).close()
except psycopg.Error as error:
    sys.exit(" ".join(str(error).split()))
PY
}

case ${PORTAL_TEST_DATABASE:-both} in
  sqlite) suite sqlite "$@" ;;
  postgresql*) suite postgresql "$@" ;;
  both)
    if reason=$(reach_postgresql 2>&1); then
      suite sqlite "$@"
      suite postgresql "$@"
    elif [ "${CI:-}" = true ]; then
      echo "PostgreSQL cannot be reached at $PORTAL_TEST_PG: $reason" >&2
      exit 1
    else
      echo "The PostgreSQL half is not run: set PORTAL_TEST_PG=postgresql://user@host:5432/database to a server where test databases may be made."
      suite sqlite "$@"
    fi
    ;;
  *) echo "PORTAL_TEST_DATABASE is sqlite or postgresql" >&2; exit 2 ;;
esac
exit "$failed"
