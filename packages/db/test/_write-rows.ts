import { connect, type DatabaseConfig } from "@keepsake/db";

// Writes numbered rows, four at a time, and prints each number once the database has acknowledged it.
const config = JSON.parse(process.argv[2] ?? "") as DatabaseConfig;
const handle = await connect(config);
await handle.sql`create table if not exists written (id integer primary key, filler text not null)`;
const [row] = await handle.sql<[{ next: number }]>`select coalesce(max(id), 0) + 1 as next from written`;
let next = row.next;

async function writeForEver(): Promise<never> {
  for (;;) {
    const id = next;
    next += 1;
    await handle.sql`insert into written values (${id}, ${"x".repeat(200)})`;
    // Until the system has it: a line that waits in here would be lost with the process, and its row be one that nobody knows.
    await new Promise((resolve) => process.stdout.write(`${id}\n`, resolve));
  }
}
await Promise.all(Array.from({ length: 4 }, writeForEver));
