/** Root scripts that pnpm runs under their bare names, and its own commands that documents may name. */
const RUN_AS_MEANT = new Set(["start", "test", "install", "exec"]);

/** Commands of pnpm 12 (`pnpm help --all`): typed bare, they are run in place of a script of that name. */
const BUILT_IN = new Set(
  `access add adduser approve approve-builds audit bin bugs c cache cat-file cat-index change ci clean completion config create
  dedupe deploy deprecate dist-tag dlx docs doctor env fetch find find-hash fund get help home i ignored-builds import info init
  install-test it la lane licenses link list ll ln login logout ls outdated owner pack pack-app patch patch-commit patch-remove
  peers permissions ping pipeline pkg prefix profile prune publish purge rb rebuild recursive remove repo restart rm root run
  runtime s sbom search self-update set set-script setup shim show stage star stop store tasks team token un unlink update up
  upgrade version view whoami why with`.split(/\s+/),
);

/**
 * What is wrong with the names of the root's scripts, and with `npx pnpm@12 NAME` in a document, a sentence each.
 *
 * @param texts by the document's path
 */
export function faultsOfNames(scripts: readonly string[], texts: Readonly<Record<string, string>>): string[] {
  const shadowed = scripts.filter((name) => BUILT_IN.has(name));
  const called = Object.entries(texts).flatMap(([document, text]) =>
    [...text.matchAll(/\bpnpm@12 ([a-z][\w:-]*)/g)].flatMap(([, name = ""]) => faultOfCall(document, name, scripts)),
  );
  return [
    ...shadowed.map((name) => `The script ${name} is never run by its name: pnpm has a command ${name}.`),
    ...called,
  ];
}

function faultOfCall(document: string, name: string, scripts: readonly string[]): string[] {
  if (BUILT_IN.has(name)) return [`${document} has npx pnpm@12 ${name}, which is a command of pnpm's own.`];
  if (RUN_AS_MEANT.has(name) || scripts.includes(name)) return [];
  return [`${document} has npx pnpm@12 ${name}, and there is no such script.`];
}
