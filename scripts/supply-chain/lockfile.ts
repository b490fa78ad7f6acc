const FROM_ELSEWHERE = /(?:git\+|git:|https?:|ssh:|codeload|tarball:|type: directory|repo:)/;

/**
 * What in pnpm-lock.yaml is not the registry's, with a checksum: an entry without one, an address of its own, a host.
 *
 * @returns a sentence a fault
 */
export function findUncheckedEntries(lockfile: string): string[] {
  const resolutions = [...lockfile.matchAll(/^ {2}'?([^\n]+?)'?:\n {4}resolution: (\{[^\n]*\})/gm)];
  const unchecked = resolutions.filter(([, , text = ""]) => !/^\{integrity: sha512-[A-Za-z0-9+/=]{80,}\}$/.test(text));
  const addresses = lockfile.split("\n").filter((line) => FROM_ELSEWHERE.test(line) && !/^ {4}deprecated:/.test(line));
  return [
    ...(resolutions.length === 0 ? ["pnpm-lock.yaml has no entry that this check understands."] : []),
    ...unchecked.map(([, name]) => `pnpm-lock.yaml: ${name} has no checksum of its own, or more than one source.`),
    ...addresses.map((line) => `pnpm-lock.yaml names an address: ${line.trim()}`),
  ];
}
