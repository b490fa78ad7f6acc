/** For the log: class, code and place of each error in the chain, without messages: a driver's may quote a value. */
export function describeCause(error: unknown): string[] {
  const chain: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = "code" in at ? String(at.code) : "";
    const constraint = "constraint_name" in at ? String(at.constraint_name ?? "") : "";
    chain.push([at.name, code, constraint, firstFrame(at)].filter(Boolean).join(" "));
  }
  return chain;
}

const FRAME = /^ {4}(at .*:\d+:\d+\)?)$/m;

/** The message stands before the frames, and may have lines that look like one: of a statement it holds what people wrote. */
function firstFrame({ stack = "", message }: Error): string {
  const from = stack.indexOf(message);
  return from === -1 ? "" : (FRAME.exec(stack.slice(from + message.length))?.[1] ?? "");
}
