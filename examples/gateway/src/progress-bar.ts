/** Shows how far something is: one line that is redrawn in a terminal, a line a step elsewhere. */
export interface ProgressBar {
  /** Draws the bar anew. */
  show(done: number): void;
  /** Leaves the bar as it is, and its line. */
  end(): void;
}

const WIDTH_CHARS = 24;

/**
 * @param label stands in front of the bar
 * @param total what `done` counts up to
 * @param out a terminal, a pipe or a file
 */
export function progressBar(label: string, total: number, out: NodeJS.WriteStream): ProgressBar {
  return {
    show: (done) => {
      const line = `${label}  ${drawBar(done / total)}  ${done} of ${total}`;
      out.write(out.isTTY ? `\r${line}` : `${line}\n`);
    },
    end: () => {
      if (out.isTTY) out.write("\n");
    },
  };
}

function drawBar(share: number): string {
  const full = Math.round(share * WIDTH_CHARS);
  return "█".repeat(full) + "░".repeat(WIDTH_CHARS - full);
}
