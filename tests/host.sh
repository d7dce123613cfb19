# Sourced by the checks that use a host as others do: start_host TAKT [SETTING…] starts one on an empty folder $data, and
# sets TAKT_URL and TAKT_TOKEN, the key of a program, or of the admin $person where that is set to an address; stop_host
# stops it. What is left at the end is stopped, too.

host=

start_host() {
  local takt=$1
  shift
  data=$(mktemp -d)
  trap stop_host EXIT
  local token=(--data "$data" --name checks --scope admin --json)
  if [ -n "${person:-}" ]; then
    "$takt" user add --data "$data" --email "$person" --name "Olga Орлова" --role admin >/dev/null
    token+=(--user "$person")
  fi
  TAKT_TOKEN=$("$takt" token create "${token[@]}" |
    "${PYTHON:-python3}" -c 'import json, sys; print(json.load(sys.stdin)["secret"])')
  "$takt" serve --data "$data" --listen 127.0.0.1:0 "$@" >"$data/log" 2>&1 &
  host=$!
  TAKT_URL=
  for _ in $(seq 240); do
    TAKT_URL=$(sed -n 's/.*\(http:\/\/127\.0\.0\.1:[0-9]*\).*/\1/p' "$data/log" | head -1)
    [ -z "$TAKT_URL" ] || break
    kill -0 "$host" 2>/dev/null || break
    sleep 0.5
  done
  [ -n "$TAKT_URL" ] || { cat "$data/log"; echo "the host did not start"; exit 1; }
  export TAKT_TOKEN TAKT_URL
}

# The host must still be there.
host_lives() { kill -0 "$host" || { echo "the host has not survived"; tail -20 "$data/log"; exit 1; }; }

stop_host() {
  [ -z "$host" ] || kill -INT "$host" 2>/dev/null || true
  [ -z "$host" ] || wait "$host" || true
  host=
  rm -rf "$data"
}
