import { findProcess, type ProcessRow } from "./process-table.ts";
import { findStartingCommand, hasLostNpx, isStanding } from "./starting-command.ts";

const pollEveryMs = 500;

/**
 * Aborts when the command that started this process is gone.
 *
 * `npx`, `pnpm` and their shells pass no signal on when they are killed, and would leave a server behind that nobody
 * sees. A process that was started by hand or by systemd has no such command and is not watched.
 *
 * The watch does not keep the process alive.
 */
export function watchAncestors(): AbortSignal {
  const gone = new AbortController();
  // A system that cannot list its processes (Windows) is served without the watch.
  watch(gone).catch(() => undefined);
  return gone.signal;
}

async function watch(gone: AbortController): Promise<void> {
  const chain = await findStartingCommand(findProcess, process.pid);
  if (hasLostNpx(chain, process.env)) gone.abort();
  else if (chain.length > 1) poll(chain, gone);
}

function poll(chain: readonly ProcessRow[], gone: AbortController): void {
  const check = async () => {
    // A look that fails, for want of file descriptors say, is no reason to stop a server.
    const stands = await isStanding(findProcess, chain).catch(() => true);
    if (stands) poll(chain, gone);
    else gone.abort();
  };
  setTimeout(() => void check(), pollEveryMs).unref();
}
