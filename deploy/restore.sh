#!/usr/bin/env bash
# Puts a dump of backup.sh in the place of the database.
#
#   restore.sh DUMP              into a database that holds no tables
#   restore.sh DUMP --replace    in the place of one that does; that one is kept under another name
#
# DUMP is a file, or `latest` for the newest in BACKUP_FOLDER. The database is libpq's: PGHOST, PGUSER, PGPASSWORD,
# PGDATABASE; its user must be allowed to create databases. The dump is restored beside it and put in its place by its
# name, in one step: whatever fails before that changes nothing.
set -euo pipefail
shopt -s inherit_errexit
umask 077

: "${PGDATABASE:?PGDATABASE names the database}"
stamp="$(date -u +%Y%m%d%H%M%S)"
# PostgreSQL cuts names off at 63 bytes.
draft="${PGDATABASE:0:30}_restoring_$stamp"
aside="${PGDATABASE:0:30}_before_$stamp"

say() { printf 'restore: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Where databases are made and renamed: not in the one that it is about.
admin() { psql -X --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 --dbname=postgres "$@"; }
ask() { psql -X --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 --dbname="${2:-$PGDATABASE}" --command="$1"; }

exists() { [[ "$(admin --set=name="$1" <<<"select count(*) from pg_database where datname = :'name'")" == 1 ]]; }

count_tables() {
  ask "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'" "$@"
}

count_sessions() {
  admin --set=name="$PGDATABASE" <<<"select count(*) from pg_stat_activity
    where datname = :'name' and backend_type = 'client backend'"
}

find_dump() {
  [[ "$1" == latest ]] || { echo "$1"; return; }
  find "${BACKUP_FOLDER:?BACKUP_FOLDER names the folder of the dumps}" -maxdepth 1 -name 'keepsake-*.dump' | sort | tail -n 1
}

# A dump that was copied without its checksum is still read in full before anything is made of it.
check_dump() {
  [[ -r "$1" ]] || fail "there is no dump ${1:-in $BACKUP_FOLDER}."
  if [[ -r "$1.sha256" ]]; then
    [[ "$(cut -d' ' -f1 "$1.sha256")" == "$(sha256sum <"$1" | cut -d' ' -f1)" ]] ||
      fail "$1 is damaged: it does not have the checksum of $1.sha256. Nothing was changed."
  fi
  pg_restore --file=/dev/null "$1" || fail "$1 is damaged, see above. Nothing was changed."
}

check_target() {
  local tables sessions
  exists "$PGDATABASE" || return 0
  tables="$(count_tables)"
  [[ "$tables" == 0 || "$1" == --replace ]] ||
    fail "$PGDATABASE holds $tables tables, and nothing was changed. To put the dump in its place, add --replace."
  sessions="$(count_sessions)"
  [[ "$sessions" == 0 ]] ||
    fail "$sessions sessions are in $PGDATABASE, and nothing was changed. Stop the server first (docker compose stop api)."
}

drop_draft() { admin --set=name="$draft" <<<'drop database if exists :"name"'; }

restore_draft() {
  trap drop_draft EXIT
  admin --set=name="$draft" <<<'create database :"name" template template0'
  pg_restore --no-owner --no-privileges --exit-on-error --single-transaction --dbname="$draft" "$1"
  ask 'analyze' "$draft"
}

# The names change in one transaction; PostgreSQL refuses it while anybody is inside.
swap() {
  if exists "$PGDATABASE"; then
    admin --set=old="$PGDATABASE" --set=aside="$aside" --set=draft="$draft" --single-transaction <<'SQL'
alter database :"old" rename to :"aside";
alter database :"draft" rename to :"old";
SQL
  else
    admin --set=old="$PGDATABASE" --set=draft="$draft" <<<'alter database :"draft" rename to :"old"'
  fi
  trap - EXIT
}

put_away() {
  exists "$aside" || return 0
  if [[ "$(count_tables "$aside")" == 0 ]]; then
    admin --set=name="$aside" <<<'drop database :"name"'
  else
    say "what was there before is kept as $aside. When all is well: dropdb $aside"
  fi
}

[[ $# == 1 || ($# == 2 && "$2" == --replace) ]] || fail "usage: restore.sh DUMP | latest [--replace]"
dump="$(find_dump "$1")"
check_dump "$dump"
check_target "${2:-}"
restore_draft "$dump"
swap
say "$PGDATABASE is as $dump has it."
put_away
