import { parseArgs } from "node:util";
import { startFakeOllama } from "./fake-ollama.ts";

const USAGE = `A fake Ollama: real protocol, made-up but repeatable vectors.

  node --conditions=@keepsake/source packages/embeddings/testing/main.ts [options]

  --port <number>      default 11434
  --host <address>     default 127.0.0.1
  --model <name>       a model it has; may be repeated
  --delay-ms <number>  answers embeddings that much later
  --load-ms <number>   the first embedding loads the model for so long
  --fail               answers embeddings with status 500`;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "11434" },
    host: { type: "string", default: "127.0.0.1" },
    model: { type: "string", multiple: true },
    "delay-ms": { type: "string" },
    "load-ms": { type: "string", default: "0" },
    fail: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(USAGE);
} else {
  const fake = await startFakeOllama({
    port: Number(values.port),
    host: values.host,
    loadMs: Number(values["load-ms"]),
    ...(values.model && { models: values.model }),
  });
  if (values["delay-ms"]) fake.setFault({ kind: "delay", ms: Number(values["delay-ms"]) });
  if (values.fail) fake.setFault({ kind: "status", status: 500 });
  console.log(`Fake Ollama on ${fake.url}; Ctrl-C ends it.`);
}
