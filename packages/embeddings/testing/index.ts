export { echo, type FakeChat, type FakeChatMessage, type FakeChatRequest } from "./fake-chat.ts";
export { type FakeOllamaFault, OLLAMA_SAYS } from "./fake-fault.ts";
export type { FakeOllamaRequest } from "./fake-http.ts";
export { type FakeOllama, type FakeOllamaOptions, startFakeOllama } from "./fake-ollama.ts";
export { FAKE_CONTEXT_TOKENS, FAKE_DIMENSIONS, toFakeVector } from "./fake-vectors.ts";
export { quickOptions } from "./quick-options.ts";
