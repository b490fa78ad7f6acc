import type { AppendMessageInput, Message } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { v7 as uuidv7 } from "uuid";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import type { Services } from "../platform/services.ts";
import { ensureUser } from "../platform/users.ts";
import { writeOnce } from "../platform/write-once.ts";
import { completeWaitingFeedback } from "../training/store.ts";
import { claimInteraction } from "./interaction-store.ts";
import { keepMessage } from "./keep-message.ts";
import { findInInteraction, findUnanswered } from "./store.ts";
import { toTurnDraft } from "./turn-draft.ts";

type NewMessage = Omit<AppendMessageInput, "idempotencyKey">;

/**
 * Stores one message of a session. A question with the words and the id of an interaction that has begun is the one that
 * it began with: a gateway that never heard of its `begin` may append what was said, and has it once.
 *
 * @throws DomainError `INVALID_INPUT` when the interaction belongs to another session
 */
export async function appendMessage(actor: Actor, services: Services, input: AppendMessageInput): Promise<Message> {
  const { idempotencyKey: key, ...message } = input;
  return writeOnce(actor, services, { key, procedure: "conversation.append", input: message }, (tx) =>
    append(actor, tx, services, message),
  );
}

async function append(actor: Actor, tx: Transaction, services: Services, message: NewMessage): Promise<Message> {
  await ensureUser(actor, tx);
  const known = await findQuestion(actor, tx, message);
  if (known) return known;
  const interactionId = await chooseInteraction(actor, tx, message);
  const added = await keepMessage(actor, tx, services, { ...message, id: uuidv7(), interactionId });
  if (message.role === "assistant") await completeWaitingFeedback(actor, tx, interactionId);
  return added;
}

async function findQuestion(actor: Actor, tx: Transaction, message: NewMessage): Promise<Message | null> {
  const { role, sessionId, interactionId, content: text, language, intent } = message;
  if (role !== "user" || interactionId === undefined) return null;
  const said = { sessionId, interactionId, text, ...(language && { language }), ...(intent && { intent }) };
  if (await claimInteraction(actor, tx, toTurnDraft(actor, said))) return null;
  return findInInteraction(actor, tx, interactionId, { role, content: text, sessionId });
}

async function chooseInteraction(actor: Actor, tx: Transaction, message: NewMessage): Promise<string> {
  const { sessionId, interactionId, role } = message;
  if (interactionId !== undefined) {
    await assertInSession(actor, tx, interactionId, sessionId);
    return interactionId;
  }
  const answers = role === "assistant" || role === "tool";
  const unanswered = answers ? await findUnanswered(actor, tx, sessionId) : null;
  return unanswered ?? uuidv7();
}

/** Feedback and corrections point at an interaction: it must not mix two threads of talk. */
async function assertInSession(actor: Actor, tx: Transaction, interactionId: string, sessionId: string): Promise<void> {
  const first = await findInInteraction(actor, tx, interactionId);
  if (!first || first.sessionId === sessionId) return;
  const message = "belongs to another session";
  throw new DomainError("INVALID_INPUT", `"interactionId" ${message}: leave it out, or name that session.`, {
    issues: [{ path: "interactionId", message }],
  });
}
