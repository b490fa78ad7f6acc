import { toPhrases } from "./wording/phrases.ts";

/** Words with which a question begins, in either language, without diacritics. */
export const OPENS_QUESTION = toPhrases(
  "opening",
  "(?:(?:in|on|at|for|from|with|to|by|about|of|under) )?(?:what|which|whom|whose)|who|when|where|why|how",
  "is|are|am|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|shall",
  "(?:(?:w|na|o|do|z|ze|od|po|za|przy|dla|przez|u) )?(?:co|czego|czemu|czym|kogo|kim|kiedy|jak|jaka|jaki|jakie|jakiego)",
  "(?:(?:w|na|o|do|z|ze|od|po|za|przy|dla|przez|u) )?(?:jakiej|jakich|jakim|ktora|ktory|ktore|ktorego|ktorej|ktorych|ktorym)",
  "ktorzy|kto|komu|gdzie|skad|dokad|(?:za )?ile|ilu|dlaczego|czyj|czyja|czyje|czy",
);

const ASSISTANT = "(?: (?:google|jarvis|computer|keepsake|assistant|alexa|siri|nabu))?";

/** "Please", a greeting with or without the assistant's name, and other words before the point. */
export const COURTESY = toPhrases(
  "opening",
  `(?:hey|hi|hello|ok|okay|hej|halo)${ASSISTANT}|please|kindly|so|well|um|uh|now|then|and|just|also|maybe|quickly|thanks`,
  "sorry|excuse me|by the way|good (?:morning|afternoon|evening|night)",
  "prosze(?: cie)?|czesc|sluchaj|okej|no|dobra|dzien dobry|dobry wieczor|a|i|to|teraz|potem|moze|przepraszam",
);

/** Asks for being told: what stands behind it is the question. */
export const ASKS_TO_BE_TOLD = toPhrases(
  "opening",
  "(?:(?:can|could|will|would) you (?:please |kindly )*)?tell me(?! (?:when|if|once|as soon))|any idea",
  "do you (?:happen to )?know|i (?:would (?:like|love)|want|need) to know|i (?:wonder|am wondering|was wondering)",
  "(?:czy )?(?:mozesz|moglbys|moglabys|mozecie) (?:mi )?(?:prosze )?(?:powiedziec|wyjasnic|wytlumaczyc|podac)(?: mi)?",
  "(?:prosze )?powiedz(?: mi)?|(?:czy )?wiesz(?: moze)?|(?:chcialbym|chcialabym|chce) (?:sie dowiedziec|wiedziec)",
  "zastanawiam sie|ciekawe|ciekawi mnie",
);

/** Asks in form, tells to do in fact. */
export const REQUEST = toPhrases(
  "opening",
  "(?:can|could|will|would) you(?: not)?|would not you|why (?:do|does) not (?:you|we)|why not|how about|what about",
  "(?:would|do) you mind|are you able to|is it possible to|(?:can|could|may) (?:i|we) (?:have|get)|shall (?:i|we)",
  "(?:can|could|would|will) (?:the|my|our|all|this|that)",
  "czy (?:mozesz|moglbys|moglabys|mozecie|moglibyscie|zechcesz|zechcialbys|mozemy|moglibysmy|mozna by|da sie|daloby sie)",
  "czy (?:moge|mozna|moglbym|moglabym) (?:prosic|poprosic|dostac|miec)",
);

/** "Tell me when it is done": told once it is, not now. */
export const ASKS_FOR_NOTICE = toPhrases(
  "anywhere",
  "(?:tell me|let me know|warn me) (?:when|if|once|as soon as)",
  "(?:powiedz|daj znac)(?: mi)? (?:kiedy|gdy|jesli|jak tylko)",
);
