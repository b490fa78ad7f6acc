/** Shows how far something is: one line that is redrawn in a terminal, a line a step elsewhere. */
export interface ProgressBar {
  /** Draws the bar anew. */
  show(done: number): void;
}

const WIDTH_CHARS = 24;

/**
 * @param label stands in front of the bar
 * @param total when `done` reaches it, the line ends
 * @param out a terminal, a pipe or a file
 */
export function progressBar(label: string, total: number, out: NodeJS.WriteStream): ProgressBar {
  return {
    show: (done) => {
      const line = `${label}  ${drawBar(done / total)}  ${done} of ${total}`;
      const isLast = done >= total;
      if (out.isTTY) out.write(`\r${line}${isLast ? "\n" : ""}`);
      else out.write(`${line}\n`);
    },
  };
}

function drawBar(share: number): string {
  const full = Math.round(share * WIDTH_CHARS);
  return "█".repeat(full) + "░".repeat(WIDTH_CHARS - full);
}
