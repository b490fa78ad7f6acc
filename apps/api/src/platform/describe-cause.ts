/** For the log: class, code and place of each error in the chain, without messages: a driver's may quote a value. */
export function describeCause(error: unknown): string[] {
  const chain: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    const frame = at.stack?.split("\n").find((line) => line.trimStart().startsWith("at "));
    const code = "code" in at ? String(at.code) : "";
    const constraint = "constraint_name" in at ? String(at.constraint_name ?? "") : "";
    chain.push([at.name, code, constraint, frame?.trim() ?? ""].filter(Boolean).join(" "));
  }
  return chain;
}
