/** The trust of what nobody said: tools' findings (1) and the assistant's conclusions (0). */
export const UNSAID_TRUST_MAX = 1;
