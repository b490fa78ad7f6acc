import { expect, test } from "vitest";
import { judgeSecretFile } from "./secrets.ts";

test.each([
  ["/etc/keepsake/token", 0o600, "pass"],
  ["/etc/keepsake/token", 0o400, "pass"],
  ["/etc/keepsake/token", 0o640, "warn"],
  ["/etc/keepsake/token", 0o644, "fail"],
  ["/run/secrets/token", 0o444, "pass"],
])("%s with mode %o: %s", (path, mode, level) => expect(judgeSecretFile(path, mode).level).toBe(level));
