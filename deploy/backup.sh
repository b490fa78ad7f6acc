#!/usr/bin/env bash
# Backups of the database, as dumps that restore.sh and any pg_restore read.
#
#   backup.sh now      makes one, checks it, and removes those that are older than BACKUP_KEEP_DAYS
#   backup.sh daily    does so every day at BACKUP_AT, and at once when the newest is older than a day; until SIGTERM
#   backup.sh check    ends with 0 when the newest is at most 36 hours old, and says what is wrong otherwise
#
# The database is libpq's: PGHOST, PGUSER, PGPASSWORD, PGDATABASE. A dump has its name only once it is complete, on the
# disk and has been read back; before, it is called .partial.
set -euo pipefail
shopt -s inherit_errexit
# Dumps hold everything that was ever said.
umask 077

folder="${BACKUP_FOLDER:?BACKUP_FOLDER names the folder for the dumps}"
keep_days="${BACKUP_KEEP_DAYS:-14}"
at="${BACKUP_AT:-02:30}"
# However old: days without a good dump must not end with none at all.
keep_min=3
# A day, and half of one for the person who reads the alarm.
age_max_min=$((36 * 60))
day_min=$((24 * 60))
retry_s=600

say() { printf '%s backup: %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }
fail() { say "$*"; exit 1; }

check_settings() {
  [[ "$keep_days" =~ ^[0-9]{1,4}$ ]] || fail "BACKUP_KEEP_DAYS=$keep_days is no number of days."
  [[ "$at" =~ ^([01][0-9]|2[0-3]):[0-5][0-9]$ ]] || fail "BACKUP_AT=$at is no time such as 02:30."
  [[ -d "$folder" && -w "$folder" ]] ||
    fail "$folder cannot be written to by uid $(id -u): sudo install -d -o $(id -u) -g $(id -g) -m 700 THAT_FOLDER."
}

# Oldest first: the names hold the time.
list_dumps() { find "$folder" -maxdepth 1 -name 'keepsake-*.dump' | sort; }
has_dump_within() { [[ -n "$(find "$folder" -maxdepth 1 -name 'keepsake-*.dump' -mmin "-$1" -print -quit)" ]]; }

# On the first evening the server may not have made its tables yet.
check_database() {
  local found
  found="$(psql -XAtqc "select to_regclass('public.knowledge') is not null")" || return 1
  [[ "$found" == t ]] || { say "there are no tables of Keepsake's in $PGDATABASE yet."; return 1; }
}

# Reads all of it, not just the table of contents: a dump that is damaged in the middle has a perfect one.
verify() {
  pg_restore --list "$1" | grep 'TABLE DATA public knowledge ' >/dev/null && pg_restore --file=/dev/null "$1"
}

# sync of coreutils flushes the very file or folder that it is given. Steps are joined, because bash forgets `set -e` in
# a condition.
keep() {
  local partial="$1" dump="$2"
  sha256sum <"$partial" | sed "s| .*|  $(basename "$dump")|" >"$dump.sha256" &&
    sync "$partial" "$dump.sha256" && mv "$partial" "$dump" && sync "$folder"
}

make_dump() {
  local dump partial
  dump="$folder/keepsake-$(date -u +%Y%m%dT%H%M%SZ).dump"
  partial="$dump.partial"
  if pg_dump --format=custom --compress=zstd --file="$partial" && verify "$partial" && keep "$partial" "$dump"; then
    say "made $dump ($(stat -c %s "$dump") bytes), read back in full."
  else
    rm -f "$partial" "$dump.sha256"
    say "failed, see above; the dumps before it are untouched."
    return 1
  fi
}

remove_old() {
  local dump
  find "$folder" -maxdepth 1 -name '*.partial' -mmin "+$day_min" -delete
  while read -r dump; do
    [[ -n "$(find "$dump" -mmin "+$((10#$keep_days * day_min))")" ]] || continue
    rm -f "$dump" "$dump.sha256"
    say "removed $dump, older than $keep_days days."
  done < <(list_dumps | head -n "-$keep_min")
}

now() {
  check_database && make_dump && remove_old
}

seconds_until() {
  local next
  next="$(date -d "today $at" +%s)"
  ((next > $(date +%s))) || next="$(date -d "tomorrow $at" +%s)"
  echo $((next - $(date +%s)))
}

# In the background, so that a signal is obeyed at once and not after the night.
pause() { sleep "$1" & wait $!; }
run_now() { "${BASH_SOURCE[0]}" now & wait $!; }

daily() {
  trap 'kill $(jobs -p) 2>/dev/null || true; exit 0' TERM INT
  if ! has_dump_within "$day_min"; then until run_now; do pause "$retry_s"; done; fi
  while true; do
    say "the next dump is made at $at."
    pause "$(seconds_until)"
    until run_now; do pause "$retry_s"; done
  done
}

check() {
  has_dump_within "$age_max_min" && return
  [[ -n "$(list_dumps)" ]] || fail "there is no dump in $folder yet."
  fail "the newest dump is older than 36 hours: $(list_dumps | tail -n 1)."
}

check_settings
case "${1:-}" in
  now) now ;;
  daily) daily ;;
  check) check ;;
  *) fail "usage: backup.sh now | daily | check" ;;
esac
