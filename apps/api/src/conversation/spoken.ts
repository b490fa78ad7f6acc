import type { MessageRole } from "@keepsake/contract";
import { conversations } from "@keepsake/db/schema";
import { inArray } from "drizzle-orm";

/**
 * Who speaks in a talk. What tools gave and systems were told gets no vectors, is not among the lines around a hit, and is
 * found only where its role is asked for.
 */
export const SPOKEN_ROLES: readonly MessageRole[] = ["user", "assistant"];

/** Messages of people and of the assistant. */
export const isSpoken = inArray(conversations.role, [...SPOKEN_ROLES]);
