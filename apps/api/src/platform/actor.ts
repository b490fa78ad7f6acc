/** For whom a call acts. Every store function takes one first, and reaches only that user's rows. */
export interface Actor {
  readonly userId: string;
}
