#!/usr/bin/env bash
# Backups of the database, as dumps that restore.sh and any pg_restore read.
#
#   backup.sh now      makes one, restores it into a scratch database, compares, and removes those that are older than
#                      BACKUP_KEEP_DAYS
#   backup.sh daily    does so every day at BACKUP_AT, and at once when the newest is older than a day; until SIGTERM
#   backup.sh check    ends with 0 when the newest is at most 36 hours old, and says what is wrong otherwise
#
# The database is libpq's: PGHOST, PGUSER, PGPASSWORD, PGDATABASE; its user must be allowed to create databases. A dump has
# its name only once it is complete, on the disk, and restored with the counts and checksums of the snapshot that it was
# made from; before, it is called .partial. The manifest beside it (.json) tells Keepsake of it.
set -euo pipefail
shopt -s inherit_errexit
# Dumps hold everything that was ever said: beside their owner the group alone may read them, which is Keepsake's own.
umask 027

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
    fail "$folder cannot be written to by uid $(id -u): sudo install -d -o $(id -u) -g $(id -g) -m 750 THAT_FOLDER."
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

# An older pg_dump would fail in the middle, with a text about its own versions.
check_version() {
  local mine theirs
  mine="$(pg_dump --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')"
  theirs="$(psql -XAtqc 'show server_version_num')" || return 1
  ((mine >= theirs / 10000)) || {
    say "this pg_dump is of PostgreSQL $mine, the server of $((theirs / 10000)): back it up by the programs of its own version."
    return 1
  }
}

# A line a table with its rows and a sum over their contents, which does not depend on their order.
# shellcheck disable=SC2016 # What stands between dollars is PostgreSQL's.
sums='select format($$select %L, count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) from public.%I t;$$, relname, relname)
  from pg_class where relnamespace = $$public$$::regnamespace and relkind = $$r$$ order by relname collate "C"'
# The session that holds a dump's snapshot waits for pg_dump, however long that takes.
settings="set timezone to 'UTC'; set extra_float_digits to 1; set idle_in_transaction_session_timeout to 0;"

ask() { psql -XAtq --set=ON_ERROR_STOP=1 --dbname="$1"; }
drop_scratch() { ask postgres <<<"drop database if exists \"$1\" with (force)"; }

# Sums the tables and dumps them in one snapshot, which lives as long as the session that took it.
dump_snapshot() {
  local partial="$1" snapshot code=0
  coproc { exec psql -XAtq --set=ON_ERROR_STOP=1; }
  local session_pid="$COPROC_PID" out="${COPROC[0]}" in="${COPROC[1]}"
  printf '%s\n' "begin isolation level repeatable read read only;" "$settings" "select pg_export_snapshot();" >&"$in"
  read -r snapshot <&"$out" || return 1
  printf '%s\n' "$sums \\gexec" "select 'end';" >&"$in"
  while read -r line <&"$out" && [[ "$line" != end ]]; do echo "$line"; done >"$partial.sums"
  pg_dump --format=custom --compress=zstd --snapshot="$snapshot" --file="$partial" || code=1
  printf '%s\n' 'rollback;' '\q' >&"$in" || true
  wait "$session_pid" || code=1
  return "$code"
}

# Restores it into a database of its own, sums that one too, and compares. No text of a dump says what would be missing.
verify() {
  local partial="$1" scratch code=0
  scratch="keepsake_scratch_$(date -u +%Y%m%d%H%M%S)_$$"
  ask postgres <<<"create database \"$scratch\" template template0" || return 1
  pg_restore --no-owner --no-privileges --exit-on-error --single-transaction --dbname="$scratch" "$partial" &&
    printf '%s\n' "$settings" "$sums \\gexec" | ask "$scratch" >"$partial.restored" || code=1
  drop_scratch "$scratch" || code=1
  ((code == 0)) || return 1
  if [[ -s "$partial.sums" ]] && cmp --silent "$partial.sums" "$partial.restored"; then return 0; fi
  say "the dump, once restored, is not what it was made from: $(diff "$partial.sums" "$partial.restored" | tr '\n' ' ')"
  return 1
}

# What Keepsake reads: see apps/api/src/backup/backup-folder.ts.
write_manifest() {
  local partial="$1" dump="$2" at="$3" now
  now="$(date -u +%FT%TZ)"
  printf '{"file":"%s","bytes":%s,"sha256":"%s","createdAt":"%s","keepsake":null,"rows":%s,"verifiedIn":"a database of the same server","verifiedAt":"%s"}\n' \
    "$(basename "$dump")" "$(stat -c %s "$partial")" "$(cut -d' ' -f1 "$dump.sha256")" "$at" \
    "$(awk -F'|' '{ rows += $2 } END { print rows + 0 }' "$partial.sums")" "$now"
}

# sync of coreutils flushes the very file or folder that it is given. Steps are joined, because bash forgets `set -e` in
# a condition.
keep() {
  local partial="$1" dump="$2" at="$3" manifest="${2%.dump}.json"
  sha256sum <"$partial" | sed "s| .*|  $(basename "$dump")|" >"$dump.sha256" &&
    write_manifest "$partial" "$dump" "$at" >"$manifest.partial" &&
    sync "$partial" "$dump.sha256" "$manifest.partial" && mv "$partial" "$dump" && mv "$manifest.partial" "$manifest" &&
    rm -f "$folder/last-failure.json" && sync "$folder"
}

# For Keepsake, where the disk still takes it.
note_failure() {
  printf '{"at":"%s","problem":"backup.sh failed: its log says why."}\n' "$(date -u +%FT%TZ)" >"$folder/last-failure.json" || true
}

make_dump() {
  local dump partial at code=0
  at="$(date -u +%FT%TZ)"
  dump="$folder/keepsake-$(tr -d ':-' <<<"$at").dump"
  partial="$dump.partial"
  if dump_snapshot "$partial" && verify "$partial" && keep "$partial" "$dump" "$at"; then
    say "made $dump ($(stat -c %s "$dump") bytes), restored it into a scratch database and compared."
  else
    rm -f "$partial" "$dump.sha256" "${dump%.dump}.json.partial"
    note_failure
    say "failed, see above; the dumps before it are untouched."
    code=1
  fi
  rm -f "$partial.sums" "$partial.restored"
  return "$code"
}

remove_old() {
  local dump
  find "$folder" -maxdepth 1 -name '*.partial*' -mmin "+$day_min" -delete
  while read -r dump; do
    [[ -n "$(find "$dump" -mmin "+$((10#$keep_days * day_min))")" ]] || continue
    rm -f "${dump%.dump}.json" "$dump" "$dump.sha256"
    say "removed $dump, older than $keep_days days."
  done < <(list_dumps | head -n "-$keep_min")
}

# What runs left that were killed: each is the whole database a second time. One in use is not dropped.
drop_old_scratches() {
  ask postgres >/dev/null <<'SQL' || true
select format('drop database if exists %I', datname) from pg_database d
where datname ~ '^keepsake_scratch_[0-9]{14}_' and pg_has_role(datdba, 'usage')
  and substr(datname, 18, 14) < to_char(now() at time zone 'UTC' - interval '6 hours', 'YYYYMMDDHH24MISS')
  and not exists (select from pg_stat_activity a where a.datname = d.datname) \gexec
SQL
}

now() {
  check_database && check_version && drop_old_scratches && make_dump && remove_old
}

seconds_until() {
  local next
  # On the day on which the clocks go forward that time may not be: by UTC it is, a little later.
  next="$(date -d "today $at" +%s 2>/dev/null || date -d "today $at +0000" +%s)"
  ((next > $(date +%s))) || next="$(date -d "tomorrow $at" +%s 2>/dev/null || date -d "tomorrow $at +0000" +%s)"
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
