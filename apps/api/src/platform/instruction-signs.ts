/** Why a text reads as an instruction to a model. */
export type InstructionSign =
  | "overrides"
  | "changes_role"
  | "orders"
  | "fakes_a_speaker"
  | "fakes_a_mark"
  | "keeps_secret"
  | "sends_away"
  | "asks_for_the_prompt"
  | "addresses_the_model";

// Looked for in the plain form of `instruction-text.ts`: lower case, no diacritics, no hidden characters, one space. Each
// bounded, so that a long text costs no more than its length. Words that a home uses too ("rules", "mode", "tell") count
// only beside others that it does not.

const EARLIER =
  "(?:previous|prior|above|earlier|preceding|existing|original|system|safety|your|(?:all|any)(?: of)?(?: the| these| those| your)?)";
const ORDERS = "(?:instructions?|prompts?|guidelines?|directives?|guardrails?|programming|system message)";
const DROP =
  "(?:ignore|disregard|forget|override|overrule|bypass|discard|drop|neglect|(?:do not|don't|stop) (?:follow|obey)(?:ing)?|pay no attention to)";

const ENGLISH: readonly (readonly [InstructionSign, RegExp])[] = [
  ["overrides", new RegExp(`\\b${DROP}\\b.{0,30}\\b${EARLIER}\\b.{0,30}\\b${ORDERS}\\b`)],
  [
    "overrides",
    new RegExp(
      `\\b${DROP}\\b.{0,20}\\b(?:your|system|safety|(?:all )?previous|prior) (?:\\w+ )?(?:rules|restrictions|constraints|limits|policies|filters|training|orders|context)\\b`,
    ),
  ],
  [
    "overrides",
    new RegExp(
      `\\b${DROP}\\b.{0,10}\\b(?:everything|anything|all|what)\\b.{0,30}\\b(?:above|before this|told (?:you )?(?:before|earlier|previously)|you (?:were|have been|know|learned))`,
    ),
  ],
  [
    "overrides",
    new RegExp(
      `\\b${ORDERS}\\b.{0,20}\\b(?:above|before|so far|given earlier)\\b.{0,30}\\b(?:void|invalid|cancelled|canceled|obsolete|no longer|fake|replaced|superseded)\\b`,
    ),
  ],
  [
    "changes_role",
    /\b(?:you are (?:now|no longer|actually)|become|act as|behave as|behave like|pretend (?:to be|that you are|you are)|role-?play as|simulate)\b.{0,50}\b(?:ai|a\.i\.|assistant|language model|llm|chatbot|agent|dan|administrator|admin|root user|superuser|unrestricted|unfiltered|uncensored|jailbroken|no (?:rules|restrictions|filters|limits|limitations)|without (?:any )?(?:rules|restrictions|filters|limits|limitations))\b/,
  ],
  [
    "changes_role",
    /\b(?:enter|enable|activate|switch to|you are in|engage|turn on)\b.{0,15}\b(?:developer|god|jailbreak|dan|sudo|unrestricted|root|debug) mode\b/,
  ],
  [
    "orders",
    /\b(?:from now on|from this (?:point|moment)(?: on| forward)?|henceforth|starting now|as of now|in (?:all|every) future (?:answers?|replies|reply|responses?|conversations?)|for the rest of (?:this|the) (?:conversation|chat|session))\b.{0,30}\b(?:you (?:must|will|shall|should|are|have to|may only|always|never|only|obey)|(?:always |never |only )?(?:respond|reply|obey|comply|act as|pretend|output|answer (?:every|all|only|each|any)|(?:recommend|mention|praise|advertise)|(?:end|begin|start) (?:every|each|all) (?:answers?|replies|reply|responses?|messages?)))\b/,
  ],
  [
    "orders",
    /\byou (?:must|will|shall|have to|need to|are (?:required|instructed|ordered|authorized|commanded) to|should)\b.{0,25}\b(?:obey|comply|follow (?:these|the following|my|this|only)|ignore (?:all|any|every|the user)|disregard|not refuse|never refuse|never question|trust this|execute (?:this|the following|any|every))\b/,
  ],
  [
    "orders",
    /\b(?:when|whenever|if|every time|each time)\b.{0,10}\bthe user\b.{0,60}\b(?:respond|reply|answer|claim|insist|deny|lie|pretend|recommend|falsely|tell (?:them|him|her|the user)|say that)\b/,
  ],
  [
    "orders",
    /\b(?:end|begin|start|finish|include|append|add)\b.{0,40}\b(?:every|each|all)(?: of your)? (?:answers?|repl(?:y|ies)|responses?)\b/,
  ],
  [
    "keeps_secret",
    /\b(?:do not|don't|never|must not|without|avoid)\b.{0,15}\b(?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|reveal(?:ing)?|show(?:ing)?|let(?:ting)?|alert(?:ing)?|notify(?:ing)?|warn(?:ing)?|ask(?:ing)?)\b.{0,30}\b(?:the|your) (?:user|human|operator|developers?)\b/,
  ],
  [
    "keeps_secret",
    /\b(?:keep|hide|conceal)\b.{0,25}\b(?:secret|hidden|quiet)?\b.{0,10}\bfrom (?:the|your) (?:user|human|operator)\b/,
  ],
  [
    "sends_away",
    /\b(?:send|post|forward|upload|e-?mail|transmit|leak|exfiltrate|submit|copy|append)\b.{0,60}\b(?:passwords?|tokens?|api keys?|secrets?|credentials?|conversations?|chat history|memor(?:y|ies)|system prompt|personal data|private data|everything you know|contacts)\b.{0,40}(?:https?:\/\/|www\.|\S@\S|\bwebhook\b|\b(?:to|at) \S+\.(?:com|net|org|io|example)\b)/,
  ],
  ["sends_away", /!\[[^\]]{0,80}\]\(https?:\/\/[^)\s]{0,200}[?=]/],
  [
    "sends_away",
    /https?:\/\/\S{0,200}[?&/=](?:\{|\$\{?|\[|<|%7b)\s?(?:data|secret|token|password|memory|memories|conversation|history|prompt|user|context|summary|base64)/,
  ],
  [
    "asks_for_the_prompt",
    /\b(?:reveal|print|show|repeat|output|display|dump|disclose|recite|leak|tell me|write out)\b.{0,40}\b(?:system prompt|initial prompt|hidden (?:prompt|instructions)|(?:your|the) (?:system |initial |original |secret |full )(?:instructions?|prompt|message)|your (?:instructions|prompt)|(?:text|words|everything|instructions) above)\b/,
  ],
  [
    "addresses_the_model",
    /\b(?:attention|note|message|instructions?|directives?|notice|memo|hint|orders?|hey|dear)\b.{0,6}\b(?:to|for|all)?\s?(?:the |any |all |every )?(?:ai|a\.i\.|llm|language model|chatbot|ai assistant|ai model|ai agent|assistant (?:reading|processing)|model reading)s?\b/,
  ],
  [
    "addresses_the_model",
    /\b(?:if you are|as) an? (?:ai|llm|language model|ai assistant|ai model)\b.{0,60}\b(?:you|must|should|please|then|do|stop|say|write|reply|include)\b/,
  ],
  [
    "addresses_the_model",
    /\b(?:new|updated|real|actual|hidden|revised) system (?:prompt|instructions?|message|directive)\b/,
  ],
];

const POLISH_DROP =
  "(?:zignoruj|ignoruj|pomin|zapomnij|odrzuc|uniewaznij|zlekcewaz|lekcewaz|obejdz|nie (?:zwazaj na|stosuj sie do|przestrzegaj|sluchaj|wykonuj)|przestan (?:stosowac sie do|przestrzegac|sluchac))";
const POLISH_EARLIER =
  "(?:poprzedni\\w*|wczesniejsz\\w*|powyzsz\\w*|dotychczasow\\w*|swo(?:je|ich|imi)|two(?:je|ich|imi)|wszystki\\w*|wszelki\\w*|systemow\\w*)";
const POLISH_ORDERS = "(?:instrukcj\\w*|polecen\\w*|wytyczn\\w*|prompt\\w*|dyrektyw\\w*|ograniczen\\w*)";

const POLISH: readonly (readonly [InstructionSign, RegExp])[] = [
  ["overrides", new RegExp(`\\b${POLISH_DROP}\\b.{0,30}\\b${POLISH_EARLIER}\\b.{0,25}\\b${POLISH_ORDERS}`)],
  [
    "overrides",
    new RegExp(
      `\\b${POLISH_DROP}\\b.{0,10}\\b${POLISH_ORDERS} (?:powyzej|systemow\\w*|z gory|wczesniejsz\\w*|poprzedni\\w*)`,
    ),
  ],
  [
    "overrides",
    new RegExp(
      `\\b${POLISH_DROP}\\b.{0,20}\\b(?:swo(?:je|ich)|two(?:je|ich)|systemow\\w*|poprzedni\\w*) (?:zasad\\w*|regul\\w*|filtr\\w*|rozkaz\\w*|szkoleni\\w*)`,
    ),
  ],
  [
    "overrides",
    new RegExp(
      `\\b${POLISH_DROP}\\b.{0,10}\\bwszystk\\w+,? co\\b.{0,30}\\b(?:powyzej|wczesniej|do tej pory|dotad|wiesz)`,
    ),
  ],
  [
    "changes_role",
    /\b(?:jestes (?:teraz|odtad|juz)|nie jestes juz|udawaj,? (?:ze jestes )?|odgrywaj role|wciel sie w|zachowuj sie jak|dzialaj jako)\b.{0,50}\b(?:ai|asystent\w*|model\w* jezykow\w*|bot\w*|administrator\w*|bez (?:zadnych )?(?:zasad|ograniczen|filtrow|regul|cenzury))\b/,
  ],
  [
    "changes_role",
    /\b(?:wlacz|aktywuj|wejdz w|przejdz w|przelacz sie w|jestes w|uruchom)\b.{0,15}\btryb\w* (?:dewelopersk\w*|dewelopera|programisty|boga|administratora|jailbreak|bez ograniczen|debug\w*)/,
  ],
  [
    "orders",
    /\b(?:od (?:teraz|tej (?:pory|chwili)|tego momentu)|odtad|w kazdej (?:kolejnej |przyszlej )?odpowiedzi|do konca (?:tej )?rozmowy)\b.{0,30}\b(?:musisz|masz (?:zawsze|tylko|obowiazek|sluchac|odpowiadac|wykonywac|ignorowac)|jestes (?!(?:w domu|na urlopie))\w+|odpowiadaj|bedziesz (?:odpowiadac|dzialac|udawac|ignorowac|sluchac|mowic|wykonywac)|wykonuj (?:kazd|wszystk)\w+|udawaj|sluchaj (?:tylko|wylacznie))/,
  ],
  [
    "orders",
    /\b(?:musisz|masz|nakazuje ci|jestes zobowiazan\w+)\b.{0,20}\b(?:wykonywac (?:kazd|wszystk)\w+|wykonac (?:nastepujac|ponizsz)\w+|ignorowac|nie odmawiac|nigdy nie odmawia\w+|sluchac tylko|zastosowac sie do (?:nastepujac|ponizsz)\w+|postepowac zgodnie z (?:nastepujac|ponizsz)\w+)/,
  ],
  [
    "orders",
    /\b(?:gdy|kiedy|jesli|jezeli|za kazdym razem,? gdy)\b.{0,10}\buzytkownik\w*\b.{0,50}\b(?:odpowiedz|odpowiadaj|powiedz mu|twierdz|polecaj|zaprzecz\w*|sklam|klam|udawaj|mow,? ze)\b/,
  ],
  ["orders", /\b(?:koncz|zaczynaj|dodawaj|dolaczaj|rozpoczynaj)\b.{0,25}\bkazd\w+ (?:odpowiedz\w*|wiadomosc\w*)/],
  [
    "keeps_secret",
    /\b(?:nie|nigdy nie) (?:mow|wspominaj|informuj|zdradzaj|ujawniaj|pokazuj|ostrzegaj|powiadamiaj|pytaj)\b.{0,30}\buzytkownik\w*/,
  ],
  [
    "keeps_secret",
    /\b(?:bez wiedzy|w tajemnicy przed|bez zgody|bez pytania|ukryj\w*.{0,20} przed|zachowaj.{0,20} przed) uzytkownik\w*/,
  ],
  [
    "sends_away",
    /\b(?:wyslij|wysylaj|przeslij|przekaz|opublikuj|wrzuc|skopiuj|dolacz)\b.{0,60}\b(?:hasl\w*|token\w*|klucz\w* api|sekret\w*|rozmow\w*|wspomnieni\w*|histori\w*|dane (?:osobowe|uzytkownika|logowania)|wszystko,? co wiesz|kontakt\w*)\b.{0,40}(?:https?:\/\/|www\.|\S@\S|\bna \S+\.(?:com|net|org|io|pl|example)\b)/,
  ],
  [
    "asks_for_the_prompt",
    /\b(?:ujawnij|wypisz|pokaz|powtorz|wyswietl|podaj|zdradz|wydrukuj)\b.{0,40}\b(?:prompt\w*|instrukcj\w* systemow\w*|(?:swoje|twoje) instrukcje|(?:tekst|instrukcje|wszystko) powyzej)/,
  ],
  [
    "addresses_the_model",
    /\b(?:uwaga|wiadomosc|instrukcj\w+|polecen\w+|notatka|rozkaz\w*|informacja|dyrektyw\w+)\b.{0,6}\b(?:dla|do)\s?(?:modelu|ai|bota|sztucznej inteligencji|asystenta ai|modelu jezykowego|llm|kazdego ai|wszystkich ai)\b/,
  ],
  ["addresses_the_model", /\b(?:jesli|jezeli) jestes (?:ai|modelem|sztuczna inteligencja|asystentem ai|botem|llm)/],
  [
    "addresses_the_model",
    /\b(?:now[aey]|prawdziw[aey]|zaktualizowan[aey]|ukryt[aey]) (?:instrukcj\w+ systemow\w+|prompt\w* systemow\w*|polecen\w+ systemow\w+)/,
  ],
];

/** Signs by the words of a text. */
export const WORD_SIGNS = [...ENGLISH, ...POLISH];

/** Signs by the form of a text, looked for where its lines still stand. */
export const FORM_SIGNS: readonly (readonly [InstructionSign, RegExp])[] = [
  [
    "fakes_a_mark",
    /<\|[^|>\n]{1,40}\|>|\[\/?inst\]|<<\/?sys>>|<(?:start|end)_of_turn>|<\/?(?:system|assistant|instructions?|memory|memories|context|tool_call|tool_response|function_calls?|im_start|im_end|untrusted|data)\b[^>\n]{0,80}>/,
  ],
  [
    "fakes_a_mark",
    /^[ \t]*#{2,}[ \t]*(?:instructions?|system|response|human|assistant|new instructions?|system prompt|instrukcj\w+ systemow\w+)\b/m,
  ],
  [
    "fakes_a_mark",
    /(?<![-=*_])[-=*_]{3,}[ \t]*(?:begin|end|start|koniec|poczatek)[ \t]*(?:of )?(?:the )?(?:system|context|memory|memories|instructions?|prompt|user|kontekstu|instrukcji|pamieci)/,
  ],
  [
    "fakes_a_speaker",
    /^[ \t>*"'[(]*(?:system|developer|assistant|asystent|programista|admin|administrator)(?:[ \t]*(?:prompt|message|override|note|instruction|update))?[ \t\])*]*:[ \t*]*(?:you\b|ignore|disregard|obey|always|never|from now|do not|don't|the user|new |reveal|send|unlock|disable|grant|execute|call|print|respond|reply|follow|override|all |understood|sure|ok(?:ay)?\b|i will|i'll|jestes|ignoruj|zignoruj|od teraz|zawsze|nigdy|nie |wyslij|odblokuj|wylacz|wykonaj|musisz|uzytkownik|rozumiem|dobrze)/m,
  ],
  [
    "fakes_a_speaker",
    /^[ \t]*(?:system|assistant|user|human|uzytkownik|asystent)[ \t]*:.{0,300}\n(?:.{0,300}\n){0,3}[ \t]*(?:system|assistant|user|human|uzytkownik|asystent)[ \t]*:/m,
  ],
];
