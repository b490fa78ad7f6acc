import { describe, expect, test } from "vitest";
import { readsAsCommand } from "./reads-as-command.ts";

describe("a command", () => {
  test.each([
    "turn on the light",
    "Turn the kitchen light off, please.",
    "hey jarvis turn on the light",
    "please dim the lamp",
    "can you turn on the heating",
    "could you please close the blinds?",
    "would you mind closing the window",
    "I want the light off",
    "I'd like you to turn off the TV",
    "make it warmer",
    "lights off",
    "kitchen light!",
    "21 degrees in the bedroom",
    "what's the weather and turn on the light",
    "remind me to call mum",
    "remind me at 5",
    "set a timer for ten minutes",
    "play some jazz",
    "stop",
    "call Ann",
    "send a message to Ben",
    "add milk to the list",
    "tell Ann that I'm late",
    "it's too dark in here",
    "why don't you turn the light off",
    "can we have the light on",
    "could the light be turned off",
    "Can we open the window",
    "let's watch a movie",
    "good night",
    "włącz światło",
    "wlacz swiatlo",
    "Zgaś lampę w salonie, proszę",
    "czy możesz włączyć światło",
    "możesz zgasić?",
    "chcę, żebyś zgasił światło",
    "światło w kuchni!",
    "ustaw 21 stopni",
    "podkręć ogrzewanie",
    "zagraj coś wesołego",
    "przypomnij mi o leku",
    "dodaj mleko do listy",
    "zadzwoń do mamy",
    "jaka jest pogoda i zgaś światło",
    "zrób kawę",
    "ciemno tu",
    "niech się zapali lampa",
    "czy mógłbyś zamknąć okno?",
    "proszę wyłączyć telewizor",
    "dobranoc",
    "a może zgasisz światło?",
    "czy da się otworzyć okno?",
    "tell me when Bob is home",
    "let me know when the washing is done",
    "powiedz mi, kiedy przyjdzie Ola",
    "tell me if the door opens",
  ])("is taken for one: %s", (text) => {
    expect(readsAsCommand(text)).toBe(true);
  });

  test("is what nobody can tell from one: no words, or words that ask nothing", () => {
    for (const text of ["", "?!", "the capital of France", "I like pizza", "\u0000"])
      expect(readsAsCommand(text)).toBe(true);
  });
});

describe("a question", () => {
  test.each([
    "What is the capital of France?",
    "Please tell me what the capital of France is",
    "could you tell me how tall Mount Everest is?",
    "Why is the sky blue?",
    "How do I boil an egg?",
    "Can dogs eat cheese?",
    "explain photosynthesis",
    "could you explain photosynthesis?",
    "define entropy",
    "How do I clean the oven?",
    "Hey, who wrote Hamlet?",
    "Is Pluto a planet?",
    "which is bigger, Mars or Venus?",
    "do you know who wrote Hamlet",
    "Jaka jest stolica Francji?",
    "Powiedz mi, jaka jest stolica Francji",
    "czy możesz mi powiedzieć, kto napisał Lalkę",
    "Ile nóg ma pająk?",
    "Czy koty widzą w nocy?",
    "Wyjaśnij fotosyntezę",
    "Jak ugotować jajko?",
    "W którym roku była bitwa pod Grunwaldem?",
    "Dlaczego niebo jest niebieskie?",
    "Co to jest fotosynteza i jak działa?",
  ])("is not taken for a command: %s", (text) => {
    expect(readsAsCommand(text)).toBe(false);
  });
});
