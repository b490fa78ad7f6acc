import type { KeepsakeClient } from "@keepsake/client";
import type { ErrorReason } from "@keepsake/contract";
import type { AnyProcedure, inferProcedureInput } from "@trpc/server";
import type { routes } from "../../src/routes.ts";
import type { Known } from "./victim.ts";

/** What somebody tries, in order to see or to change what another user has. */
export type AttackKind =
  | "foreign id"
  | "foreign session"
  | "foreign interaction"
  | "foreign export"
  | "foreign cursor"
  | "foreign idempotency key"
  | "foreign question"
  | "foreign filter"
  | "foreign preference key"
  | "same words"
  | "same words by meaning"
  | "question under way"
  | "another's version"
  | "counts"
  | "own work"
  | "smuggled user";

/** One way of calling a procedure with what is the victim's. */
export interface Attack<Input = object> {
  readonly kind: AttackKind;
  /**
   * How such a call ends, with the victim's names and with names that never were, so that no attack is refused for
   * another reason than the one that it tries; `alike` where each way of calling ends in its own.
   */
  readonly ends: ErrorReason | "answered" | "alike";
  /** What the attacker needs of its own for it; goes over the input. */
  readonly before?: (attacker: KeepsakeClient, of: Known) => Promise<Partial<Input>>;
  readonly input: (of: Known) => Input;
  /** With an admin's token, for the attacker's own user; with a gateway's otherwise. */
  readonly as?: "admin";
  /** Sent beside those of the call itself. */
  readonly headers?: (of: Known) => Readonly<Record<string, string>>;
  /** Goes into the address, whatever the method. */
  readonly search?: (of: Known) => Readonly<Record<string, string>>;
}

type Routes = typeof routes;

type InputOf<Procedure> = Procedure extends AnyProcedure ? Extract<inferProcedureInput<Procedure>, object> : never;

/** The attacks on every procedure of a slice: a procedure without its row does not compile. */
export type AttacksOn<Slice extends keyof Routes> = {
  readonly [Name in keyof Routes[Slice]]: readonly Attack<InputOf<Routes[Slice][Name]>>[];
};
