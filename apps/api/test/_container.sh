#!/bin/sh
# Runs a command in the image's tree as a container does, without an engine: in a root folder of its own that nobody may
# write to, with the tree at /app, Node, the C library, a /tmp of 32 MB without programs, and nothing else; as another
# user who can gain no rights. As root, on Linux.
#
#   _container.sh ROOT TREE NODE UID DATA COMMAND…
#
# ROOT is an empty folder, DATA a folder for /data or an empty word. The command takes this process's place, so signals
# reach it; what is mounted goes with it.
set -eu
# The image's, for the command; what stands here needs the machine's own.
inner_path="$PATH"
PATH=/usr/sbin:/usr/bin:/sbin:/bin
if [ "${1:-}" != --inside ]; then
  PATH="$inner_path" exec "$(command -v unshare)" --mount --propagation private -- "$0" --inside "$@"
fi
root="$2" tree="$3" node="$4" uid="$5" data="$6"
shift 6

mount -t tmpfs -o mode=755 tmpfs "$root"
mkdir -p "$root/app" "$root/data" "$root/dev" "$root/proc" "$root/tmp" "$root/usr/lib" "$root/usr/lib64" "$root/usr/local/bin"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"
touch "$root/usr/local/bin/node" "$root/dev/null"

# A bind mount becomes read-only by a second step.
show() { mount --bind "$1" "$root/$2" && mount -o remount,bind,ro "$root/$2"; }
show "$tree" app
show "$node" usr/local/bin/node
show /usr/lib usr/lib
[ ! -d /usr/lib64 ] || show /usr/lib64 usr/lib64
mount --bind /dev/null "$root/dev/null"
mount -t proc -o ro proc "$root/proc"
mount -t tmpfs -o size=32m,noexec,mode=1777 tmpfs "$root/tmp"
if [ -n "$data" ]; then mount --bind "$data" "$root/data"; fi
mount -o remount,bind,ro "$root"

setpriv="$(command -v setpriv)" unshare="$(command -v unshare)"
PATH="$inner_path"
exec "$setpriv" --no-new-privs "$unshare" --root="$root" --wd=/app --setgid="$uid" --setuid="$uid" -- "$@"
