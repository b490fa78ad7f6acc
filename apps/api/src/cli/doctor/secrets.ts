import type { Environment } from "../../config.ts";
import { CONTAINER_SECRETS } from "../../config-warnings.ts";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";
import { modeOf, readText } from "./machine.ts";

/** A variable that holds a secret, in a file of variables. */
const SECRET_LINE = /^\s*(?:export\s+)?(?:POSTGRES_PASSWORD|KEEPSAKE_ADMIN_TOKEN|DATABASE_URL)\s*=\s*\S/m;

/** Judges a file that holds a secret by its permission bits. */
export function judgeSecretFile(path: string, mode: number): Finding {
  const others = mode & 0o077;
  if (others === 0 || path.startsWith(CONTAINER_SECRETS))
    return pass("secrets", `${path} is readable by its owner alone`);
  const said = `${path} (mode ${mode.toString(8)}) can be read by others on this machine`;
  const fix = `chmod 600 ${path}`;
  return (mode & 0o007) === 0 ? warn("secrets", said, fix) : fail("secrets", said, fix);
}

/** The files that variables name, and the file of variables. */
export function examineSecrets(environment: Environment, envFile: string): Finding[] {
  const named = Object.entries(environment).flatMap(([name, path]) =>
    /^(?:KEEPSAKE|POSTGRES|DATABASE)_\w*_FILE$/.test(name) && path ? [path] : [],
  );
  const holdsSecret = SECRET_LINE.test(readText(envFile) ?? "");
  const files = [...named, ...(holdsSecret ? [envFile] : [])];
  const findings = files.flatMap((path) => {
    const mode = modeOf(path);
    return mode === null ? [] : [judgeSecretFile(path, mode)];
  });
  return findings.length > 0 ? findings : [skip("secrets", "no file holds one")];
}
