import { asKind, conjunctsOf, isNode, listOf, type Node, namesOf, parameterOf } from "./_sql-tree.ts";
import { USER_TABLES } from "./_user-tables.ts";

/** What a statement does to tables whose rows belong to a user. */
export interface Reach {
  /** Why it could reach rows of more than one user, a sentence each. */
  readonly faults: readonly string[];
  /** The parameters that it takes for the user, by their numbers. */
  readonly users: readonly number[];
}

/** A table that one level of a query reads, and the users that it is held to. */
interface Source {
  /** By which its columns are named. */
  readonly name: string;
  readonly table: string;
  readonly users: number[];
}

/** `user_id = $n`, of one table or of the only one. */
interface Equality {
  readonly source: string | null;
  readonly user: number;
}

/** Names of `with` that hide a table's. */
type Hidden = ReadonlySet<string>;

/** Run SQL that is given to them as a text, which nothing here reads. */
const RUNS_TEXT = /^(?:query_to_|table_to_|schema_to_|database_to_|cursor_to_|dblink|ts_stat)/;
const NAMES_TABLE = new RegExp(`\\b(?:${[...USER_TABLES].join("|")})\\b`, "i");
const USER = "user_id";

/**
 * Judges a statement by PostgreSQL's own syntax tree. Each mention of a user table, at whatever depth, needs a
 * `user_id = $n` of its own among the conditions that all have to hold where it stands, and each new row the user's
 * parameter; no row changes its user.
 */
export function reachOf(statements: readonly unknown[]): Reach {
  const judge = new Judge();
  for (const statement of statements) judge.walk(statement, new Set());
  return { faults: judge.faults, users: judge.users };
}

class Judge {
  readonly faults: string[] = [];
  readonly users: number[] = [];

  walk(value: unknown, hidden: Hidden): void {
    if (Array.isArray(value)) for (const item of value) this.walk(item, hidden);
    if (!isNode(value)) return;
    for (const [field, inner] of Object.entries(value)) {
      // Both sides of a union stand there without their kind.
      const kind = field === "larg" || field === "rarg" ? (isSelect(inner) ? "SelectStmt" : field) : field;
      if (isNode(inner)) this.visit(kind, inner, hidden);
      else this.walk(inner, hidden);
    }
  }

  visit(kind: string, node: Node, outer: Hidden): void {
    const hidden = this.walkWith(node["withClause"], outer);
    if (kind === "SelectStmt") this.judgeRead(listOf(node["fromClause"]), node["whereClause"], hidden);
    if (kind === "UpdateStmt") this.judgeUpdate(node, hidden);
    if (kind === "DeleteStmt") this.judgeTarget(node, listOf(node["usingClause"]), hidden);
    if (kind === "InsertStmt") this.judgeInsert(node, hidden);
    if (kind === "MergeStmt" || kind === "CopyStmt") this.refuse(kind, tableOf(node["relation"]));
    if (kind === "TruncateStmt")
      for (const relation of listOf(node["relations"])) this.refuse(kind, tableOf(asKind(relation, "RangeVar")));
    if (kind === "FuncCall" && RUNS_TEXT.test(namesOf(node["funcname"]).at(-1) ?? ""))
      this.faults.push(`${namesOf(node["funcname"]).join(".")} runs a text`);
    if (kind === "DoStmt" && NAMES_TABLE.test(JSON.stringify(node))) this.faults.push("a block of code is not read");
    const { withClause: _walked, ...rest } = node;
    this.walk(rest, hidden);
  }

  /** Each name hides a table's in what follows it, and in itself only when it is recursive. */
  walkWith(clause: unknown, outer: Hidden): Hidden {
    if (!isNode(clause)) return outer;
    const ctes = listOf(clause["ctes"]).map((cte) => asKind(cte, "CommonTableExpr") ?? {});
    const hidden = new Set(outer);
    if (clause["recursive"] === true) for (const { ctename } of ctes) hidden.add(String(ctename));
    for (const { ctename, ctequery } of ctes) {
      this.walk(ctequery, new Set(hidden));
      hidden.add(String(ctename));
    }
    return hidden;
  }

  judgeRead(from: readonly unknown[], where: unknown, hidden: Hidden): void {
    const sources = from.flatMap((item) => this.sourcesOf(item, hidden));
    hold(sources, where);
    this.judgeSources(sources);
  }

  /** The row that is changed or deleted stands among what it is joined with. */
  judgeTarget(node: Node, more: readonly unknown[], hidden: Hidden): void {
    const target = sourceOf(node["relation"], new Set());
    const sources = [...target, ...more.flatMap((item) => this.sourcesOf(item, hidden))];
    hold(sources, node["whereClause"]);
    this.judgeSources(sources);
  }

  judgeUpdate(node: Node, hidden: Hidden): void {
    this.judgeTarget(node, listOf(node["fromClause"]), hidden);
    if (setsUser(node["targetList"]) && USER_TABLES.has(tableOf(node["relation"]) ?? ""))
      this.faults.push("a row is given to another user");
  }

  judgeInsert(node: Node, hidden: Hidden): void {
    const table = tableOf(node["relation"]);
    if (table === null || !USER_TABLES.has(table)) return;
    const at = listOf(node["cols"]).findIndex((column) => asKind(column, "ResTarget")?.["name"] === USER);
    const users = at < 0 ? [null] : this.newUsersOf(node["selectStmt"], at, hidden);
    if (users.includes(null)) this.faults.push(`a new row of ${table} has no user's parameter`);
    this.users.push(...users.filter((user) => user !== null));
    const conflict = isNode(node["onConflictClause"]) ? node["onConflictClause"] : {};
    if (conflict["action"] !== "ONCONFLICT_UPDATE") return;
    const infer = isNode(conflict["infer"]) ? conflict["infer"] : {};
    if (!listOf(infer["indexElems"]).some((element) => asKind(element, "IndexElem")?.["name"] === USER))
      this.faults.push(`a new row of ${table} could change another user's`);
    if (setsUser(conflict["targetList"])) this.faults.push("a row is given to another user");
  }

  /** The users of new rows: a parameter each, null for anything else. */
  newUsersOf(select: unknown, at: number, hidden: Hidden): (number | null)[] {
    const query = asKind(select, "SelectStmt") ?? (isNode(select) ? select : {});
    if (isNode(query["larg"]) && isNode(query["rarg"]))
      return [query["larg"], query["rarg"]].flatMap((side) => this.newUsersOf(side, at, hidden));
    const rows = listOf(query["valuesLists"]).map((row) => listOf(asKind(row, "List")?.["items"])[at]);
    if (rows.length > 0) return rows.map(parameterOf);
    return [parameterOf(asKind(listOf(query["targetList"])[at], "ResTarget")?.["val"])];
  }

  sourcesOf(item: unknown, hidden: Hidden): Source[] {
    const join = asKind(item, "JoinExpr");
    if (!join)
      return sourceOf(
        asKind(item, "RangeVar") ?? asKind(asKind(item, "RangeTableSample")?.["relation"], "RangeVar"),
        hidden,
      );
    const left = this.sourcesOf(join["larg"], hidden);
    const right = this.sourcesOf(join["rarg"], hidden);
    // What an outer join keeps of its own accord, its condition does not hold back.
    const kind = join["jointype"];
    if (kind === "JOIN_INNER") hold([...left, ...right], join["quals"]);
    if (kind === "JOIN_LEFT") hold(right, join["quals"], left.length > 0);
    if (kind === "JOIN_RIGHT") hold(left, join["quals"], right.length > 0);
    return [...left, ...right];
  }

  judgeSources(sources: readonly Source[]): void {
    for (const { table, users } of sources) {
      if (users.length === 0) this.faults.push(`${table} is read or changed without its own ${USER} = $n`);
      this.users.push(...users);
    }
  }

  refuse(kind: string, table: string | null): void {
    if (table !== null && USER_TABLES.has(table)) this.faults.push(`${kind} of ${table}`);
  }
}

const isSelect = (value: unknown) =>
  isNode(value) && ("op" in value || "targetList" in value || "valuesLists" in value);

/** The table's own name; null where it is of another schema. */
function tableOf(relation: unknown): string | null {
  if (!isNode(relation)) return null;
  const schema = relation["schemaname"] ?? "public";
  return schema === "public" ? String(relation["relname"]) : null;
}

function sourceOf(relation: unknown, hidden: Hidden): Source[] {
  const table = tableOf(relation);
  if (!isNode(relation) || table === null || !USER_TABLES.has(table)) return [];
  if (relation["schemaname"] === undefined && hidden.has(table)) return [];
  const alias = isNode(relation["alias"]) ? relation["alias"] : {};
  // Under new names of its columns another one could be called `user_id`: such a source is called by nobody.
  const name = alias["colnames"] === undefined ? String(alias["aliasname"] ?? table) : "";
  return [{ name, table, users: [] }];
}

/** Holds sources to the users that a condition names for them. */
function hold(sources: readonly Source[], condition: unknown, hasOthers = false): void {
  for (const { source, user } of conjunctsOf(condition).flatMap(equalityOf)) {
    const isOnly = source === null && sources.length === 1 && !hasOthers;
    for (const each of sources) if ((isOnly && each.name !== "") || each.name === source) each.users.push(user);
  }
}

function equalityOf(condition: unknown): Equality[] {
  const equals = asKind(condition, "A_Expr");
  if (equals?.["kind"] !== "AEXPR_OP" || namesOf(equals["name"]).join(".") !== "=") return [];
  const sides = [equals["lexpr"], equals["rexpr"]];
  const column = namesOf(sides.map((side) => asKind(side, "ColumnRef")).find((side) => side !== null)?.["fields"]);
  const user = sides.map(parameterOf).find((number) => number !== null);
  if (column.at(-1) !== USER || user === undefined) return [];
  return [{ source: column.at(-2) ?? null, user: user ?? 0 }];
}

const setsUser = (targets: unknown) => listOf(targets).some((target) => asKind(target, "ResTarget")?.["name"] === USER);
