#!/bin/sh
# Builds the server's files as the image holds them: the bundle, what it needs of node_modules at run time, and nothing
# else. The Dockerfile runs this, and so does scripts/build-image-tree.ts where there is no Docker.
#
#   deploy/build-tree.sh FOLDER    the folder must not be there yet
#
# It installs into the repository that it stands in, without the tools of development: give it a copy.
set -eu

tree="${1:?usage: deploy/build-tree.sh FOLDER}"
cd "$(dirname "$0")/.."

pnpm() { npx --yes --prefer-offline pnpm@12 --config.verify-deps-before-run=false "$@"; }

# The server's packages alone, in the order in which they need each other.
pnpm install --frozen-lockfile --prefer-offline --filter "@keepsake/api..."
pnpm --filter "@keepsake/api..." run --if-present build

# Workspace packages are copied in, because links would lead out of the tree.
pnpm --filter @keepsake/api deploy --prod --prefer-offline --config.inject-workspace-packages=true "$tree"

# pnpm's own notes, and what packages ship for their developers.
cd "$tree"
rm -f pnpm-lock.yaml pnpm-workspace.yaml node_modules/.modules.yaml node_modules/.pnpm-workspace-state*.json
find node_modules -type f -not -path "*/@keepsake/*" \
  \( -name "*.ts" -o -name "*.mts" -o -name "*.cts" -o -name "*.map" -o -name "*.test.js" -o -name "*.md" -not -iname "licen[cs]e*" \) -delete
find node_modules/.pnpm -mindepth 4 -maxdepth 5 -type d -regextype posix-extended \
  -regex ".*/node_modules/(@[^/]+/)?[^/@]+/(test|tests|benchmarks?|docs|examples?|\.github)" -prune -exec rm -rf {} +
