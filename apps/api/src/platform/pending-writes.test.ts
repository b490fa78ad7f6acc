import { expect, test } from "vitest";
import { PendingWrites } from "./pending-writes.ts";

test("no more are begun than there is room for, and each that ends makes room", async () => {
  const writes = new PendingWrites(2);
  const ann = { userId: "ann" };
  const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  // Two about the same are two.
  for (const end of ends) writes.add(ann, "one", end.promise);
  expect(() => writes.assertRoom()).toThrow("Too much waits");
  ends[0]?.resolve();
  ends[1]?.resolve();
  await writes.ended(ann, "one");
  await Promise.resolve();
  expect(writes.isFull).toBe(false);
  writes.assertRoom();
});
