import { asksLiveState } from "./asks-live-state.ts";
import { readsAsCommand } from "./reads-as-command.ts";

/**
 * Why a text is no plain question, as far as its words tell: it may be a command, or may ask how things are at this moment.
 * Null for one that is. A wrong guess costs one more question to the model, or a door that is said to be locked.
 */
export function whyNotPlain(text: string): "command" | "live_state" | null {
  if (readsAsCommand(text)) return "command";
  return asksLiveState(text) ? "live_state" : null;
}
