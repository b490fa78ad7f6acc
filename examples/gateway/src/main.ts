import { createClient } from "@keepsake/client";
import { Ollama } from "ollama";
const c = createClient({ url: "http://x" });
const r = await c.memory.search.query({ query: "x" });
console.log(r.hits[0]?.createdAt.getTime(), new Ollama());
