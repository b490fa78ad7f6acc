import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { answerChat, echo, type FakeChat } from "./fake-chat.ts";
import { errorAnswer, type FakeAnswer, type FakeOllamaFault, spoil } from "./fake-fault.ts";
import { closeServer, drip, type FakeOllamaRequest, leavingOf, listen, receive, send } from "./fake-http.ts";
import { answerEmbed, answerShow, answerTags, inputsOf } from "./fake-routes.ts";

/** The version it claims to be. */
const VERSION = "0.12.0-fake";
const EMBED_PATH = "/api/embed";
/** Its models when none are named. */
const MODELS: readonly string[] = ["nomic-embed-text:latest", "llama3.2:latest"];

/** How a fake Ollama starts. */
export interface FakeOllamaOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** Address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** Names of the models that were pulled. Default: nomic-embed-text and llama3.2. */
  readonly models?: readonly string[];
  /** Answers chats. Default: `You said: …` with the last user message. */
  readonly chat?: FakeChat;
  /**
   * Milliseconds that loading the model takes at its first embed request. As in real Ollama, a load ends when the
   * request that began it is closed. Default: 0.
   */
  readonly loadMs?: number;
}

/** A server that speaks Ollama's protocol with made-up, repeatable vectors. */
export interface FakeOllama extends AsyncDisposable {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** All requests so far, in order of arrival; those that fail too. Empty it with `requests.length = 0`. */
  readonly requests: FakeOllamaRequest[];
  /** The inputs of each embed request so far: how many requests, and how large. Loading requests have none. */
  embedInputs(): string[][];
  /** Orders a fault, in place of any earlier one, or (null) none. */
  setFault(fault: FakeOllamaFault | null): void;
  /** Replaces the models that were pulled. */
  setModels(models: readonly string[]): void;
  /** As if every model had been pulled again, with other weights under the old name. */
  replaceWeights(): void;
  /** Closes all connections, answered or not. */
  close(): Promise<void>;
}

/** Starts a fake Ollama. Close it, or hold it with `await using`. */
export async function startFakeOllama(options: FakeOllamaOptions = {}): Promise<FakeOllama> {
  const { port = 0, host = "127.0.0.1", models = MODELS, chat = echo, loadMs = 0 } = options;
  const state: State = {
    models,
    weights: "",
    chat,
    loadMs,
    isLoaded: loadMs === 0,
    load: null,
    fault: null,
    faultsLeft: 0,
    released: Promise.withResolvers(),
    requests: [],
  };
  const server = createServer((request, response) => {
    serve(state, request, response).catch(() => response.destroy());
  });
  const url = await listen(server, port, host);
  const close = () => closeServer(server);
  return {
    url,
    requests: state.requests,
    embedInputs: () => state.requests.filter(({ path }) => path === EMBED_PATH).map(({ body }) => inputsOf(body) ?? []),
    setFault: (fault) => {
      state.released.resolve();
      state.released = Promise.withResolvers();
      state.fault = fault;
      state.faultsLeft = fault?.times ?? Number.POSITIVE_INFINITY;
    },
    setModels: (names) => {
      state.models = names;
    },
    replaceWeights: () => {
      state.weights += "+";
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface State {
  models: readonly string[];
  /** Added to the models' digests. */
  weights: string;
  readonly chat: FakeChat;
  readonly loadMs: number;
  isLoaded: boolean;
  load: Promise<void> | null;
  fault: FakeOllamaFault | null;
  faultsLeft: number;
  /** Ends what the fault holds up. */
  released: PromiseWithResolvers<void>;
  readonly requests: FakeOllamaRequest[];
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const received = await receive(request);
  state.requests.push(received);
  const left = leavingOf(response);
  const fault = takeFault(state, received.path);
  if (fault?.kind === "reset") return void request.socket.resetAndDestroy();
  if (fault?.kind === "hold") await state.released.promise;
  if (fault?.kind === "delay") await sleep(fault.ms, undefined, { signal: left });
  if (received.path === EMBED_PATH) await loadModel(state, left);
  const right = route(received, fault?.kind === "missing-model" ? { ...state, models: [] } : state);
  const answer = fault ? spoil(fault, right, inputsOf(received.body) ?? []) : right;
  if (fault?.kind === "drip") await drip(response, answer, fault.everyMs ?? 200, left);
  else send(response, answer);
}

/** Requests wait for one load together; when the one that began it leaves, the next begins it anew. */
async function loadModel(state: State, left: AbortSignal): Promise<void> {
  while (!state.isLoaded) {
    state.load ??= sleep(state.loadMs, undefined, { signal: left }).then(
      () => endLoad(state, true),
      () => endLoad(state, false),
    );
    await state.load;
    left.throwIfAborted();
  }
}

function endLoad(state: State, isLoaded: boolean): void {
  state.isLoaded = isLoaded;
  state.load = null;
}

function takeFault(state: State, path: string): FakeOllamaFault | null {
  const { fault } = state;
  if (!fault || state.faultsLeft <= 0 || !(fault.paths ?? [EMBED_PATH]).includes(path)) return null;
  state.faultsLeft--;
  return fault;
}

function route({ method, path, body }: FakeOllamaRequest, { models, weights, chat }: State): FakeAnswer {
  if (method === "POST" && Object.keys(body).length === 0) return errorAnswer(400, "missing request body");
  switch (`${method} ${path}`) {
    case "GET /":
    case "HEAD /":
      return { status: 200, body: "Ollama is running", contentType: "text/plain" };
    case "GET /api/version":
      return { status: 200, body: { version: VERSION } };
    case "GET /api/tags":
      return answerTags(models, weights);
    case "POST /api/show":
      return answerShow(body, models);
    case "POST /api/embed":
      return answerEmbed(body, models);
    case "POST /api/chat":
      return answerChat(body, models, chat);
    default:
      return { status: 404, body: "404 page not found", contentType: "text/plain" };
  }
}
