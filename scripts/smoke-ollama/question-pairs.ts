/** A question and the one fact that answers it. */
export interface QuestionPair {
  readonly language: "en" | "pl";
  readonly question: string;
  readonly fact: string;
}

/** As people ask at home: the facts of both languages lie together, and some of them are about the same things. */
export const QUESTION_PAIRS: readonly QuestionPair[] = [
  ...pairs("en", [
    ["Where is the spare key?", "Mrs Nowak on the second floor keeps our spare key."],
    ["What do I do when the boiler shows F.22?", "F.22 means low water pressure: open the blue tap under the boiler."],
    ["How warm should the bedroom be at night?", "At night the thermostat in the bedroom is set to 17 degrees."],
    ["When is Ola's birthday?", "Ola was born on 14 March 1988."],
    ["What can't grandpa eat?", "Grandpa is allergic to walnuts and peanuts."],
    ["How do I like the lights in the evening?", "In the evening I prefer the lamps warm and dim, never blue."],
    ["How do guests get onto the Wi-Fi?", "Visitors use the network lindenhaus; its password hangs on the fridge."],
    ["Who repairs our roof?", "The roofer who stopped the leak is called Kowalczyk, phone 555 0134."],
    ["When is the paper bin emptied?", "Waste paper is collected on the first Tuesday of the month."],
    ["What time do the children get up for school?", "On school days the kids' alarm rings at 6:40."],
    ["How does Jan take his coffee?", "Jan drinks his espresso without sugar."],
    ["When does the car insurance end?", "The policy for the car runs out in March; it is in the blue folder."],
  ]),
  ...pairs("pl", [
    ["Gdzie są sportowe buty Franka?", "Buty do piłki Franka leżą w szafce przy drzwiach."],
    ["Kiedy Franek ma trening?", "We wtorki i czwartki o 17:30 Franek gra w piłkę."],
    ["Jak jasne ma być światło w kuchni?", "Wieczorem lampa nad stołem w kuchni ma świecić na 30 procent."],
    ["Czego nie może jeść babcia?", "Babcia Zosia ma uczulenie na orzechy."],
    ["Co babcia pije po obiedzie?", "Babcia lubi herbatę z malinami."],
    ["Jak często czyścić ekspres?", "Ekspres do kawy trzeba odkamieniać co dwa miesiące."],
    ["Kiedy przyjdzie hydraulik?", "Hydraulik będzie w piątek o dziewiątej, ktoś musi być w domu."],
    ["Gdzie są nasze paszporty?", "Paszporty leżą w szarej teczce w drugiej szufladzie biurka."],
    ["Do kogo chodzimy z chorym psem?", "Weterynarz naszego psa to doktor Wiśniewska z ulicy Lipowej."],
    ["Jak ciepło lubi Ania w łazience?", "Ania chce, żeby rano w łazience były 23 stopnie."],
    ["Kiedy podlewać pomidory?", "Pomidory dostają wodę co drugi dzień rano, nigdy po liściach."],
    ["Dlaczego kran na podwórku jest zimą zamknięty?", "Od listopada do marca rura w ogrodzie mogłaby zamarznąć."],
  ]),
];

function pairs(language: QuestionPair["language"], texts: readonly (readonly [string, string])[]): QuestionPair[] {
  return texts.map(([question, fact]) => ({ language, question, fact }));
}
