import { expect, test } from "vitest";
import { isRead } from "./read-statement.ts";

test.each([
  "select 1",
  "  SELECT * from users",
  "(select 1) union (select 2)",
  "-- a comment\nselect 1",
  "/* delete */ with a as (select 1) select * from a",
  "table users",
  "values (1)",
  "explain select 1",
  "show server_version",
])("%j reads", (sql) => expect(isRead(sql)).toBe(true));

test.each([
  "",
  "delete from users",
  "/* select */ update users set id = 1",
  "-- select\ndrop table users",
  "commit",
  "set role postgres",
  "reset role",
  "begin",
  "do $$ begin end $$",
  "copy users to '/tmp/users'",
  "call something()",
  "selective",
  "; select 1",
])("%j does not", (sql) => expect(isRead(sql)).toBe(false));
