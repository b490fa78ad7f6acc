import { InteractionType, type TrainingExample } from "@keepsake/contract";
import { trainingData } from "@keepsake/db/schema";
import { toMetadata } from "../platform/stored-metadata.ts";
import { toOrigin } from "../platform/stored-origin.ts";

/** The columns of an example as it goes to the caller. */
export const exampleColumns = {
  id: trainingData.id,
  interactionId: trainingData.interactionId,
  inputText: trainingData.inputText,
  outputText: trainingData.outputText,
  correctedText: trainingData.correctedText,
  feedbackScore: trainingData.feedbackScore,
  comment: trainingData.comment,
  interactionType: trainingData.interactionType,
  language: trainingData.language,
  origin: trainingData.origin,
  metadata: trainingData.metadata,
  version: trainingData.version,
  exported: trainingData.exported,
  createdAt: trainingData.createdAt,
  updatedAt: trainingData.updatedAt,
};

type Row = Omit<TrainingExample, "metadata" | "interactionType" | "origin"> & {
  origin: string;
  metadata: unknown;
  interactionType: string | null;
};

/** A row as the contract promises it. A type that came by other ways than the contract is none. */
export function toExample({ metadata, interactionType, origin, ...row }: Row): TrainingExample {
  const type = InteractionType.safeParse(interactionType);
  return {
    ...row,
    origin: toOrigin(origin),
    metadata: toMetadata(metadata),
    interactionType: type.success ? type.data : null,
  };
}
