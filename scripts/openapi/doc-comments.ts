import { globSync, readFileSync } from "node:fs";
import { type Comment, type Expression, type ObjectExpression, type Program, parseSync } from "oxc-parser";

/** What the sources say about a declaration, and about the fields of its object. */
export interface Doc {
  readonly text: string | null;
  readonly fields: ReadonlyMap<string, Doc>;
}

interface Declaration {
  readonly text: string | null;
  readonly value: Expression;
}

interface SourceFile {
  readonly source: string;
  readonly comments: readonly Comment[];
  readonly declarations: Map<string, Declaration>;
}

const NOTHING: Doc = { text: null, fields: new Map() };

/** Containers whose own comment is not that of what they hold. */
const merge = (docs: readonly Doc[], text: string | null = null): Doc => ({
  text,
  fields: new Map(docs.flatMap(({ fields }) => [...fields])),
});

/**
 * The doc comments of constants, read from the sources, so that the document for other languages says what an editor
 * says to a TypeScript caller and nothing is written twice. Follows spread groups of fields, `extend`, and constants of
 * other files.
 */
export class DocComments {
  readonly #files: SourceFile[];

  /** @param pattern the files, as a glob from the repository's root */
  constructor(pattern: string) {
    const root = new URL("../../", import.meta.url).pathname;
    this.#files = globSync(pattern, { cwd: root })
      .filter((path) => !path.endsWith(".test.ts"))
      .sort()
      .map((path) => readSource(`${root}${path}`));
  }

  /** The doc of a constant by its name; empty where there is no such constant. */
  of(name: string): Doc {
    const file = this.#files.find(({ declarations }) => declarations.has(name));
    return file ? this.#ofName(name, file) : NOTHING;
  }

  /** A constant of the same file, or of the one that exports it. */
  #ofName(name: string, file: SourceFile): Doc {
    const declared = file.declarations.get(name);
    if (!declared) return this.of(name);
    const { fields, text } = this.#ofValue(declared.value, file);
    return { text: declared.text ?? text, fields };
  }

  #ofValue(value: Expression, file: SourceFile): Doc {
    switch (value.type) {
      case "Identifier":
        return this.#ofName(value.name, file);
      case "ObjectExpression":
        return this.#ofObject(value, file);
      case "MemberExpression":
        return value.property.type === "Identifier"
          ? (this.#ofValue(value.object as Expression, file).fields.get(value.property.name) ?? NOTHING)
          : NOTHING;
      case "TSSatisfiesExpression":
      case "TSAsExpression":
        return this.#ofValue(value.expression, file);
      case "CallExpression":
        return this.#ofCall(value, file);
      case "ArrayExpression":
        return merge(value.elements.map((element) => this.#ofValue(element as Expression, file)));
      default:
        return NOTHING;
    }
  }

  /** `z.object({…})` has what is in it; `.extend({…})` adds to it; `.refine(…)` and the like leave it as it is. */
  #ofCall({ callee, arguments: given }: Expression & { type: "CallExpression" }, file: SourceFile): Doc {
    if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return NOTHING;
    const inner = given.map((argument) => this.#ofValue(argument as Expression, file));
    if (callee.object.type === "Identifier" && callee.object.name === "z") return merge(inner);
    const base = this.#ofValue(callee.object as Expression, file);
    return callee.property.name === "extend" ? merge([base, ...inner], base.text) : base;
  }

  #ofObject({ properties }: ObjectExpression, file: SourceFile): Doc {
    const fields = new Map<string, Doc>();
    for (const property of properties) {
      if (property.type === "SpreadElement") {
        for (const [name, doc] of this.#ofValue(property.argument, file).fields) fields.set(name, doc);
      } else if (property.key.type === "Identifier") {
        const doc = this.#ofValue(property.value, file);
        fields.set(property.key.name, { ...doc, text: commentBefore(file, property.start) ?? doc.text });
      }
    }
    return { text: null, fields };
  }
}

function readSource(path: string): SourceFile {
  const source = readFileSync(path, "utf8");
  const { program, comments } = parseSync(path, source);
  const file: SourceFile = { source, comments, declarations: new Map() };
  for (const statement of program.body) declare(file, statement);
  return file;
}

function declare(file: SourceFile, statement: Program["body"][number]): void {
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (declaration?.type !== "VariableDeclaration") return;
  const text = commentBefore(file, statement.start);
  for (const { id, init } of declaration.declarations) {
    if (id.type === "Identifier" && init) file.declarations.set(id.name, { text, value: init });
  }
}

function commentBefore({ source, comments }: SourceFile, start: number): string | null {
  const comment = comments.find(({ end }) => end <= start && source.slice(end, start).trim() === "");
  return comment?.type === "Block" && comment.value.startsWith("*") ? toProse(comment.value) : null;
}

/** Without stars, tags and line ends inside of a paragraph. */
function toProse(comment: string): string {
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\*\s?/, "").trimEnd());
  const [prose = ""] = lines.join("\n").split(/^@/m);
  const paragraphs = prose.trim().split(/\n\s*\n/);
  return paragraphs
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").replace(/\{@link (\w+)\}/g, "`$1`"))
    .join("\n\n");
}
