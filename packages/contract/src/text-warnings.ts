import { z } from "zod";

/**
 * What a reader should know of a text before a model sees it. `instructs`: it reads as an instruction to a model.
 * `hidden_characters`: it holds characters that nobody sees. `reordered`: it is shown in another order than it has.
 */
export const TextWarnings = z.array(z.enum(["instructs", "hidden_characters", "reordered"]));
export type TextWarnings = z.infer<typeof TextWarnings>;
