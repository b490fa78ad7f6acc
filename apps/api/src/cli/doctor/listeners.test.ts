import { expect, test } from "vitest";
import { judgeListeners, parseListeners } from "./listeners.ts";

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0
   1: 00000000:2CCA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 2 1 0
   2: 0100007F:1538 0100007F:A2C4 01 00000000:00000000 00:00000000 00000000  1000        0 3 1 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000001000000:1538 00000000000000000000000000000000:0000 0A 0 0 0 0 0
   1: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0 0 0 0 0
   2: 0000000000000000FFFF00000100007F:1388 00000000000000000000000000000000:0000 0A 0 0 0 0 0
`;
const listeners = [...parseListeners(TCP), ...parseListeners(TCP6)];
const judge = (port: number) => judgeListeners(listeners, { name: "it", port, fix: "close it" }).level;

test("connections are no listeners", () => expect(listeners).toHaveLength(5));

test.each([
  [8080, "pass"],
  [11466, "warn"],
  [5432, "pass"],
  [80, "warn"],
  [5000, "pass"],
  [9999, "skip"],
])("port %i: %s", (port, level) => expect(judge(port)).toBe(level));
