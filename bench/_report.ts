/** One figure of a table; null where there is none. */
export type Cell = string | number | null;

/** Figures that were measured side by side. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What one question's file found. */
export interface Report {
  readonly tables: readonly Table[];
  /** What the reader must know to take the figures right. */
  readonly notes: readonly string[];
}

/** What a run was asked for. */
export interface BenchOptions {
  /** The large sizes too, which take minutes. */
  readonly full: boolean;
  /** Tells a waiting person what is done now. */
  progress(step: string): void;
}

/** One question: a file of this folder. */
export type Question = (options: BenchOptions) => Promise<Report>;

/** A table as Markdown with its columns in line. */
export function toMarkdown({ title, columns, rows }: Table): string {
  const texts = [columns.map(String), ...rows.map((row) => row.map(toText))];
  const widths = columns.map((_, at) => Math.max(3, ...texts.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((text, at) => pad(text, widths[at] ?? 0, at)).join(" | ")} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  const [head = [], ...body] = texts;
  return [`### ${title}`, "", line(head), rule, ...body.map(line)].join("\n");
}

const pad = (text: string, width: number, column: number) => (column === 0 ? text.padEnd(width) : text.padStart(width));

/** Three significant digits: more would be noise. */
function toText(cell: Cell): string {
  if (cell === null) return "–";
  if (typeof cell === "string") return cell;
  if (Number.isInteger(cell)) return cell.toLocaleString("en-US");
  return cell >= 100 ? cell.toFixed(0) : cell.toPrecision(3);
}
