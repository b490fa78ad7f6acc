import { toWordList } from "./wording/word-list.ts";

/** What a home assistant is told to do, in either language, without diacritics; `*` stands for any ending. */
export const COMMAND_VERBS = toWordList(`
  activate add adjust alert announce answer arm arrange ask block book boost brighten bring broadcast buy call cancel change
  charge check clean clear close connect continue cool copy create crank cut darken deactivate decrease delete dial dim
  disable disarm disconnect drop email enable end engage extend fetch find fire flip forward get give go halt hang heat hold
  increase install invite join keep kill launch leave let light load lock log loop lower make mark message move mute next
  note notify open order pair park pause pay phone pick play plug pour power preheat prepare press print program pull push
  put raise read reboot record redial reduce refill reject release remember remind remove rename repeat reply report reset
  restart resume ring roll run save schedule send set share shoo show shuffle shut silence skip snooze sound speed spin start
  stop store stream switch sync take tap tell text throw toggle trigger turn unblock unlock unmute unpause unplug update
  upload use vacuum wake warm wash watch water wind write
  aktywuj* anuluj* buduj* cofnij daj dajcie dezaktywuj* dodaj* dzwon* idz kontynuuj kup* kupic lacz napisz* nagraj* nastaw*
  nalej napelnij obudz* obniz* odblokuj* odbierz odczytaj odegraj odkurz* odlacz* odmow odnow odpal* odpowiedz odrzuc
  odsloni* odslon* odtworz* odtwarzaj odwolaj ogrzej ogrzewaj opusc* opuszcz* otworz* otwieraj oznacz podglosn* podglos*
  podgrzej* podkrec* podlacz* podnies* pogas* pogaś* pokaz* polacz* pomin* poslij posprzataj poszukaj potwierdz powiadom*
  powtorz* przelacz* przelij przenies* przeslij przeczytaj przesun* przewin* przycisz* przyciemn* przygas* przygotuj*
  przykrec* przynies* przypomnij* przypominaj przywroc* pusc* puszcz* rozbroj* rozjasni* rozlacz* rozlosuj rozpocznij
  schlodz* scisz* sciemni* skasuj* skrec* spraw sprawdz* sprzataj stopuj stworz* synchronizuj* szukaj uaktywnij ucisz*
  udostepnij* umow* uruchom* usun* ustaw* utworz* uzbroj* wez wejdz wlacz* wlancz* wpisz* wlaczaj wroc wstaw* wstrzymaj*
  wycisz* wyczysc* wygas* wykasuj wykonaj wylacz* wymaz wyslij* wysylaj wyrzuc wyswietl* wznow* zabezpiecz* zablokuj* zacznij
  zadzwon* zagraj* zainstaluj* zajmij zakoncz* zaktualizuj* zalacz* zaloguj zamien zamknij* zamykaj* zamow* zanotuj* zapal*
  zapamietaj* zapauzuj* zapisz* zaplanuj* zaplac* zapros zapytaj zaryglu* zasloni* zaslon* zasun zatrzymaj* zaznacz zbierz
  zbroj zeskanuj zgas* zglos* zlap zmien* zmniejsz* znajdz zrob* zroluj zrestartuj* zresetuj* zsynchronizuj* zwieksz* zwin*
  gra* graj wolaj mow milcz stoj`);

/** What is asked of an assistant that answers: it tells, and changes nothing. */
export const TELLING_VERBS = toWordList(`
  calculate clarify compare convert count define describe elaborate estimate explain recommend recap solve spell suggest
  summarise summarize translate
  oblicz* opisz* opisac opowiedz* podaj* podsumuj* policz* porownaj* powiedz* przelicz* przetlumacz* rozwiaz* streszcz*
  tlumacz* wyjasni* wylicz* wymien* wytlumacz* zaproponuj* zdefiniuj*`);
