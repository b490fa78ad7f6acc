import { type Memory, type MemoryVersion, trustOf } from "@keepsake/contract";
import { knowledge, knowledgeVersions } from "@keepsake/db/schema";
import { sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { toMetadata } from "../platform/stored-metadata.ts";
import { toOrigin } from "../platform/stored-origin.ts";
import { toWarnings } from "../platform/text-warnings.ts";
import { hasVectors } from "../platform/vectors.ts";

/** The columns of a memory as it goes to the caller, and whether it has vectors in the space. */
export function memoryColumns(actor: Actor, spaceId: number | null) {
  return {
    id: knowledge.id,
    content: knowledge.content,
    kind: knowledge.kind,
    source: knowledge.source,
    origin: knowledge.origin,
    tags: knowledge.tags,
    importance: knowledge.importance,
    confidence: knowledge.confidence,
    language: knowledge.language,
    metadata: knowledge.metadata,
    version: knowledge.version,
    validFrom: knowledge.validFrom,
    validTo: knowledge.validTo,
    supersededBy: knowledge.supersededBy,
    expiresAt: knowledge.expiresAt,
    createdAt: knowledge.createdAt,
    updatedAt: knowledge.updatedAt,
    forgottenAt: knowledge.forgottenAt,
    embeddingFailure: knowledge.embeddingFailure,
    hasVectors: spaceId === null ? sql<boolean>`false` : hasVectors(actor, spaceId, "knowledge", knowledge.id),
  };
}

/** What {@link memoryColumns} select. */
export type MemoryRow = Omit<Memory, "embedding" | "metadata" | "origin" | "trust" | "warnings"> & {
  origin: string;
  metadata: unknown;
  embeddingFailure: string | null;
  hasVectors: boolean;
};

/** A row as the contract promises it. `spaceId` null says that embeddings are off. */
export function toMemory(row: MemoryRow, spaceId: number | null): Memory {
  const { embeddingFailure, hasVectors: ready, metadata, ...rest } = row;
  return {
    ...rest,
    ...toStanding(row.origin),
    warnings: toWarnings(row.content),
    metadata: toMetadata(metadata),
    embedding: embeddingState(ready, embeddingFailure, spaceId),
  };
}

function toStanding(stored: string): Pick<Memory, "origin" | "trust"> {
  const origin = toOrigin(stored);
  return { origin, trust: trustOf(origin) };
}

function embeddingState(ready: boolean, failure: string | null, spaceId: number | null): Memory["embedding"] {
  if (spaceId === null) return "off";
  if (failure !== null) return "failed";
  return ready ? "ready" : "pending";
}

/** What a memory says now: the columns that a version keeps. */
export const currentColumns = {
  version: knowledge.version,
  content: knowledge.content,
  kind: knowledge.kind,
  source: knowledge.source,
  origin: knowledge.origin,
  tags: knowledge.tags,
  importance: knowledge.importance,
  confidence: knowledge.confidence,
  language: knowledge.language,
  metadata: knowledge.metadata,
  validFrom: knowledge.validFrom,
  validTo: knowledge.validTo,
  recordedAt: knowledge.recordedAt,
};

/** What a memory said before. */
export const replacedColumns = {
  version: knowledgeVersions.version,
  content: knowledgeVersions.content,
  kind: knowledgeVersions.kind,
  source: knowledgeVersions.source,
  origin: knowledgeVersions.origin,
  tags: knowledgeVersions.tags,
  importance: knowledgeVersions.importance,
  confidence: knowledgeVersions.confidence,
  language: knowledgeVersions.language,
  metadata: knowledgeVersions.metadata,
  validFrom: knowledgeVersions.validFrom,
  validTo: knowledgeVersions.validTo,
  recordedAt: knowledgeVersions.recordedAt,
  replacedAt: knowledgeVersions.replacedAt,
};

/** A replaced or current version as the contract promises it. */
export function toVersion(
  row: Omit<MemoryVersion, "metadata" | "origin" | "trust"> & { metadata: unknown; origin: string },
): MemoryVersion {
  return { ...row, ...toStanding(row.origin), metadata: toMetadata(row.metadata) };
}
