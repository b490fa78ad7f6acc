import { expect, test } from "vitest";
import { reachesForeignRows } from "./_statement-recorder.ts";

test.each([
  ['select * from "knowledge" where "knowledge"."id" = $1', true],
  ['select * from "knowledge" where "knowledge"."user_id" = $1', false],
  ['select 1 from "embeddings" e join "knowledge" k on k.id = e.item_id where e.user_id = $1', true],
  ['delete from "embeddings"', true],
  ['update "knowledge" set "content" = $1 where "user_id" = $2', false],
  ['insert into "knowledge" ("user_id", "id") values ($1, $2)', false],
  ['insert into "knowledge" ("id") values ($1)', true],
  ['select "user_id" from "users" where "users"."user_id" > $1', false],
  ["select * from pgboss.job", false],
])("%s is seen for what it is", (sql, isFault) => {
  expect(reachesForeignRows(sql)).toBe(isFault);
});
