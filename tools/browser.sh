#!/usr/bin/env bash
# See to it that the browser tests find Chromium and a Chinese font.
# In CI (CI=true) a missing browser is a failure; at a desk it is one line that says what to install.
set -euo pipefail

has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null
has_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family)" ]; }

has_browser && has_font && exit 0

wanted="chromium fonts-noto-cjk fontconfig"
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "installing $wanted …"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $wanted; } >/dev/null || true
fi
has_browser && has_font && exit 0

message="browser tests need Chromium and a Chinese font: install $wanted (Debian names) and run again"
if [ "${CI:-}" = true ]; then
  echo "$message" >&2
  exit 1
fi
echo "$message; without them those tests are skipped"
