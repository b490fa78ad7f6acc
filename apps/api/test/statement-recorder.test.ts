import { expect, test } from "vitest";
import { isolationFaults, StatementRecorder } from "./_statement-recorder.ts";
import { USER_TABLES } from "./_user-tables.ts";

const k = `"knowledge"`;

test.each([
  `select * from ${k} where ${k}."user_id" = $1`,
  `select * from public.knowledge where public.knowledge.user_id = $1::text and id = $2`,
  `select * from ${k} where $1 = user_id and (id = $2 or content = $3)`,
  `select 1 from "embeddings" e join ${k} k on k.user_id = $1 and k.id = e.item_id where e.user_id = $1`,
  `select 1 from ${k} k left join "embeddings" e on e.user_id = $1 and e.item_id = k.id where k.user_id = $1`,
  `with found as (select * from ${k} where user_id = $1) select * from found join found as other using (id)`,
  `with recursive knowledge as (select 1 as id union all select id + 1 from knowledge where id < 9) select * from knowledge`,
  `update ${k} set "content" = $1 where "user_id" = $2`,
  `update ${k} k set content = '' from embeddings e where k.user_id = $1 and e.user_id = $1 and e.item_id = k.id`,
  `delete from ${k} k using embeddings e where k.user_id = $1 and e.user_id = $1`,
  `insert into ${k} ("user_id", "id") values ($1, $2), ($1, $3)`,
  `insert into ${k} ("id", "user_id") select $2, $1 from pgboss.job`,
  `insert into ${k} (user_id, id) values ($1, $2) on conflict (user_id, id) do update set content = excluded.content`,
  `insert into ${k} (user_id, id) values ($1, $2) on conflict do nothing`,
  `select "user_id" from "users" where "users"."user_id" > $1`,
  "select * from pgboss.job",
  "select * from pgboss.knowledge",
  `select exists (select from ${k} where user_id = $1), (select count(*) from sessions where user_id = $1)`,
  "set local statement_timeout = 100",
])("%s is held to its user", (sql) => {
  expect(isolationFaults(sql, ["ann", "x", "y"])).toEqual([]);
});

test.each([
  ["no user", `select * from ${k} where ${k}."id" = $1`],
  ["no condition at all", `delete from "embeddings"`],
  ["one equality for two tables", `select 1 from "embeddings" e join ${k} k on k.id = e.item_id where e.user_id = $1`],
  ["two equalities for one of two tables", `select from embeddings e, ${k} k where e.user_id = $1 and e.user_id = $1`],
  ["tables after a comma", `select 1 from users, ${k}`],
  ["only", `select 1 from only ${k}`],
  ["a comment in between", `select 1 from/* user_id = $1 */${k} -- user_id = $1`],
  ["the equality in a string", `select 'user_id = $1' from ${k}`],
  ["the equality in the list", `select user_id = $1 from ${k}`],
  ["or", `select 1 from ${k} where user_id = $1 or true`],
  ["not", `select 1 from ${k} where not (user_id = $1)`],
  ["unlike", `select 1 from ${k} where user_id <> $1`],
  ["case", `select 1 from ${k} where case when user_id = $1 then true else true end`],
  ["itself", `select 1 from ${k} where user_id = user_id`],
  ["coalesce", `select 1 from ${k} where user_id = coalesce($1, user_id)`],
  ["a constant", `select 1 from ${k} where user_id = 'ann'`],
  ["any", `select 1 from ${k} where user_id = any($1)`],
  ["another table's user", `select 1 from ${k} k join users u on u.user_id = k.user_id where u.user_id = $1`],
  [
    "the user of the outer query",
    `select 1 from users u where u.user_id = $1 and exists (select from ${k} k where u.user_id = $1)`,
  ],
  ["a subquery in the list", `select (select max(content) from ${k}) from users where user_id = $1`],
  ["a subquery in the condition", `select 1 from sessions s where s.user_id = $1 and exists (select from ${k})`],
  ["in", `select 1 from sessions where user_id = $1 and session_id in (select content from ${k})`],
  ["lateral", `select 1 from sessions s, lateral (select from ${k} k where k.id = $2) l where s.user_id = $1`],
  ["with", `with x as (select * from ${k}) select * from x, sessions s where s.user_id = $1`],
  ["a with that hides its own table", `with knowledge as (select * from ${k}) select * from knowledge`],
  ["a hidden name in its schema", `with knowledge as (select 1) select * from public.knowledge`],
  ["union", `select 1 from ${k} where user_id = $1 union all select 1 from ${k}`],
  ["except", `(select 1 from ${k}) except select 1 from ${k} where user_id = $1`],
  ["a left join's left side", `select 1 from ${k} k left join sessions s on k.user_id = $1 and s.user_id = $1`],
  ["a right join's right side", `select 1 from sessions s right join ${k} k on k.user_id = $1 and s.user_id = $1`],
  ["a full join", `select 1 from ${k} k full join sessions s on k.user_id = $1 and s.user_id = $1`],
  ["having", `select 1 from ${k} group by id having bool_and(user_id = $1)`],
  ["a sample", `select 1 from ${k} tablesample bernoulli (10)`],
  ["table", `table ${k}`],
  ["update without its user", `update ${k} set content = $1 where id = $2`],
  [
    "update from",
    `update ${k} k set content = e.piece::text from embeddings e where k.user_id = $1 and e.item_id = k.id`,
  ],
  ["update of the user", `update ${k} set user_id = $2 where user_id = $1`],
  ["delete using", `delete from ${k} k using embeddings e where e.user_id = $1 and e.item_id = k.id`],
  ["delete where current of", `delete from ${k} where current of mine`],
  ["delete in a with", `with gone as (delete from ${k} where id = $1 returning *) select * from gone`],
  ["merge", `merge into ${k} k using users u on k.user_id = u.user_id and k.user_id = $1 when matched then delete`],
  ["truncate", `truncate users, ${k}`],
  ["copy", `copy ${k} to stdout`],
  ["copy of a query", `copy (select * from ${k}) to stdout`],
  ["create table as", `create table stolen as select * from ${k}`],
  ["explain", `explain select * from ${k}`],
  ["declare", `declare c cursor for select * from ${k}`],
  ["a block", `do $$ begin delete from knowledge; end $$`],
  ["a text that is run", `select * from ts_stat('select search from knowledge')`],
  ["insert without its user", `insert into ${k} ("id") values ($1)`],
  ["insert of a default", `insert into ${k} ("user_id", "id") values (default, $1)`],
  ["insert of a constant", `insert into ${k} ("user_id", "id") values ('ann', $1)`],
  ["insert of one row of two", `insert into ${k} ("user_id", "id") values ($1, $2), (lower($1), $3)`],
  ["insert from a table", `insert into ${k} (user_id, id) select user_id, id from sessions where user_id = $1`],
  ["insert from an open query", `insert into ${k} (user_id, id) select $1, id from embeddings`],
  ["insert of a union", `insert into ${k} (user_id) select $1::text union select user_id from users`],
  ["insert without columns", `insert into ${k} select $1`],
  [
    "a conflict on another key",
    `insert into ${k} (user_id, id) values ($1, $2) on conflict (id) do update set content = ''`,
  ],
  [
    "a conflict that gives away",
    `insert into ${k} (user_id, id) values ($1, $2) on conflict (user_id, id) do update set user_id = $3`,
  ],
  ["columns under other names", `select 1 from ${k} as k(id, user_id) where k.user_id = $1`],
  ["the only table's columns under other names", `select 1 from ${k} as k(id, user_id) where user_id = $1`],
  ["what cannot be read", `selec 1 from ${k} where user_id = $1`],
  ["a second statement", `select 1; delete from ${k}`],
])("is not fooled by %s", (_, sql) => {
  expect(isolationFaults(sql, ["ann", "ann", "ann"])).not.toEqual([]);
});

test("all parameters for the user have one value", () => {
  const sql = `select 1 from ${k} k join sessions s on s.user_id = $1 where k.user_id = $2`;
  expect(isolationFaults(sql, ["ann", "ann"])).toEqual([]);
  expect(isolationFaults(sql, ["ann", "bob"])).toEqual(["it takes 2 values for the user"]);
  const written = `insert into ${k} ("user_id", "id") values ($1, $2), ($3, $4)`;
  expect(isolationFaults(written, ["ann", 1, "bob", 2])).toEqual(["it takes 2 values for the user"]);
});

test("a server that sends one such statement fails its test file", () => {
  const recorder = new StatementRecorder();
  recorder.record(`select 1 from ${k} where user_id = $1`, ["ann"]);
  expect(() => recorder.assertIsolated()).not.toThrow();
  recorder.record(`select 1 from ${k} where id = $1`, ["1"]);
  expect(() => recorder.assertIsolated()).toThrow("knowledge is read or changed without its own user_id = $n");
  expect(recorder.statements).toBe(2);
});

test("every table with users' rows is watched, the registry aside", () => {
  expect([...USER_TABLES]).toContain("knowledge");
  expect([...USER_TABLES]).not.toContain("users");
  expect(USER_TABLES.size).toBeGreaterThanOrEqual(18);
});
