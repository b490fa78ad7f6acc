import { expect, test } from "vitest";
import { toDatabaseFailure } from "./database-failure.ts";

const failure = (code: string) =>
  toDatabaseFailure(new Error("wrapped", { cause: Object.assign(new Error(), { code }) }));

test.each([
  ["55000", "that takes no connections"],
  ["3D000", "that is renamed away"],
  ["28000", "whose role may not log in"],
  ["28P01", "whose password is another"],
  ["53300", "without room for a connection"],
  ["40P01", "in which a deadlock does not end"],
])("%s, of a database %s, says to come again", (code) => {
  expect(failure(code)).toMatchObject({ reason: "DATABASE_UNAVAILABLE" });
});

test("a bad statement of ours is our own fault", () => expect(failure("42601")).toBeNull());
