import { findEntry } from "./word-list.ts";

/**
 * Words of which one must never stand for another: opposites, days, months and whose something is. A `*` stands for any
 * ending, a `/` for forms of one side. Nothing here is needed for two texts to differ, since a word without a counterpart
 * is enough; the list says why they do, and the tests hold every rule about wordings against it.
 */
export const OPPOSITES: readonly (readonly (readonly string[])[])[] = `
  on off; open* close*/shut*; lock* unlock*; up down; start* stop*; begin* end*/finish*; arm* disarm*; increase*
  decrease*; raise* lower*; brighter dimmer/darker; bright* dim*; warm* cold* hot* cool*; left right; in out; inside
  outside; enable* disable*; mute* unmute*; before after; first last; minimum maximum; min max; more less/fewer; most
  least; today tomorrow yesterday tonight; morning afternoon evening night noon midnight; monday tuesday wednesday
  thursday friday saturday sunday; january february march april may june july august september october november
  december; this next last previous; a.m p.m; my your his her our their its; mine yours hers ours theirs; i you he she
  we they; me him us them; above below; over under; front back; top bottom; early late; earlier later; fast slow;
  faster slower; hard soft; loud* quiet*; big/large small/little; bigger/larger smaller; biggest/largest smallest;
  tall short; taller shorter; tallest shortest; long short; high low; higher lower; highest lowest; old young new;
  older younger newer; oldest youngest newest; good bad; better worse; best worst; cheap* expensive*; cheapest
  dearest; heavy light; heavier lighter; heaviest lightest; strong* weak*; full empty; wet dry; clean dirty; safe*
  dangerous*; true false; right wrong; same different; with without; for against; from to; always never; all none some
  any every; everyone nobody someone; everything nothing something; many few; north south east west; northern southern
  eastern western; add* remove*; buy* sell*; win* lose*; arrive* leave*/depart*; push* pull*; give* take*; send*
  receive*; import* export*; borrow* lend*; accept* refuse*; love* hate*; like* dislike*; husband wife; brother
  sister; mother father; son daughter; uncle aunt; boy girl; man woman; men women; king queen; cat dog; breakfast
  lunch dinner/supper; spring summer autumn winter; sunrise sunset; male female; legal* illegal*; possible impossible;
  healthy unhealthy; celsius fahrenheit; kg g; km meters miles; minutes hours seconds days; north south; import
  export; parents children; positive negative; even odd; charge* discharge*; boil* freeze*; connect* disconnect*;
  install* uninstall*; subscribe* unsubscribe*; freeze* thaw*/defrost*; red green blue yellow white black; włącz*
  wyłącz*; załącz* odłącz*/rozłącz*; otw* zamk*/zamyk*; zapal* zgaś*; zwiększ* zmniejsz*; podnie* opuś*/opuszcz*;
  rozjaśni* ściemni*/przyciemni*; podgł* ścisz*/przycisz*; podkręć* skręć*/przykręć*; dziś jutro wczoraj pojutrze
  przedwczoraj; rano wieczorem/wieczór południu/południe nocy/noc; ciepł* zimn* gorąc* chłodn*; cieplej zimniej
  goręcej chłodniej; gór* dół*/dol*; wewnątrz zewnątrz; przed po; pierwsz* ostatni* następn* poprzedn*; najmniej
  najwięcej; mniej więcej; minimaln* maksymaln*; min maks; lew* praw*; mój twój jego jej nasz wasz ich; moja twoja
  jego jej nasza wasza; moje twoje jego jej nasze wasze; ja ty on ona my wy oni; mi ci mu jej nam wam im; mnie ciebie
  jego ją nas was; poniedziałek wtorek środa czwartek piątek sobota niedziela; styczeń luty marzec kwiecień maj
  czerwiec lipiec sierpień wrzesień październik listopad grudzień; z bez; z do; od do; nad pod; za przed; zawsze
  nigdy; wszyscy nikt ktoś; wszystko nic coś; wszystkie żadne każde niektóre; dużo mało; duż* mał*; większ* mniejsz*;
  największ* najmniejsz*; wysok* nisk*; wyższ* niższ*; najwyższ* najniższ*; dług* krótk*; dłuższ* krótsz*; najdłuższ*
  najkrótsz*; star* młod* now*; starsz* młodsz*; najstarsz* najmłodsz*; dobr* zł*; lepsz* gorsz*; najlepsz* najgorsz*;
  szybk* woln*; szybciej wolniej; drog* tan*; droż* tańsz*; ciężk* lekk*; cięższ* lżejsz*; pełn* pust*; mokr* such*;
  czyst* brudn*; bezpieczn* niebezpieczn*; kupi* sprzeda*; lubi* nienawidzi*; dodaj* usu*; mąż żona; brat siostra;
  matka ojciec; mama tata; syn córka; wujek ciocia; chłopiec dziewczynka; mężczyzna kobieta; król królowa; pies kot;
  śniadanie obiad kolacja; wiosna lato jesień zima; wschód zachód północ południe; kg g; km m cm; minut godzin sekund
  dni`
  .split(";")
  .map((group) =>
    group
      .trim()
      .split(/\s+/)
      .map((side) => side.split("/")),
  );

/** Each word of the list → where it is: its groups, and its side in each. */
const PLACES = new Map<string, { readonly group: number; readonly side: number }[]>();
for (const [group, sides] of OPPOSITES.entries()) {
  for (const [side, words] of sides.entries()) {
    for (const word of words) PLACES.set(word, [...(PLACES.get(word) ?? []), { group, side }]);
  }
}

/** Whether the words are on two sides of one group: opposites, or as unlike as Monday and Friday. */
export function areOpposite(one: string, other: string): boolean {
  const [places, otherPlaces] = [findPlaces(one), findPlaces(other)];
  return places.some(({ group, side }) => otherPlaces.some((place) => place.group === group && place.side !== side));
}

const findPlaces = (word: string) => PLACES.get(findEntry(word, (entry) => PLACES.has(entry)) ?? "") ?? [];
