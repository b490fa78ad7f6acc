import type { Message } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { requestVectors } from "../platform/embedding-jobs.ts";
import type { Services } from "../platform/services.ts";
import { SPOKEN_ROLES } from "./spoken.ts";
import { addMessage, type MessageDraft } from "./store.ts";

/** Stores one message and asks for its vectors, where it gets some. The way in for every message. */
export async function keepMessage(
  actor: Actor,
  tx: Transaction,
  services: Pick<Services, "embeddings" | "jobs">,
  draft: MessageDraft,
): Promise<Message> {
  const message = await addMessage(actor, tx, draft);
  if (SPOKEN_ROLES.includes(message.role)) await requestVectors(actor, tx, services, "message", [message.id]);
  return message;
}
