import { isListed, toWordList } from "./word-list.ts";

/** Rooms, in English and in Polish, without diacritics. */
const ROOMS = toWordList(`
  attic backyard balcon* basement* bathroom* bedroom* cellar* conservator* corridor* den dining downstairs driveway
  garage* garden* hall hallway* house kitchen* landing laundry loft lounge* nursery office* pantry patio* playroom
  porch room rooms shed staircase stairs studio study terrace* toilet* upstairs utility yard*

  balkon* biur* dom domu gabine* garaz* hol holu jadaln* klatk* korytarz* kuchen* kuchn* lazien* ogrod* parter* pietr*
  piwnic* poddasz* pokoi pokoj* pralni* przedpok* salon* schod* spizar* strych* sypialn* taras* toalet* wiatrolap*`);

/** Things of a house that are on or off, open or shut, or show something. */
const DEVICES = toWordList(`
  air airco aircon alarm* appliance* batteries battery bell blind blinds boiler* bulb* camera* chandelier charger*
  computer* cooker curtain* dehumidifier* detector* device* dishwasher* display* door doorbell* doors dryer* fan fans
  faucet* fireplace freezer* fridge* gate gates heat heater* heating hood hoover humidifier* iron kettle* lamp lamps
  lantern* laptop* light lighting lights lock locks microwave* mower* oven* phone* plug plugs printer* projector* pump
  purifier* radiator* radio refrigerator* robot* roomba router* scene* screen* sensor* shutter* shutters sink siren*
  skylight* smoke socket* soundbar speaker* sprinkler* stereo stove* sunroof switch* tablet* tap television telly
  thermostat* toaster* tv vacuum* ventilation ventilator* washer* wi-fi wifi window windows

  alarm* bateri* bojler* bram* brama czajnik* czujnik* dekoder* drukar* drzwi* drzwiach dzwon* ekran* ekspres* gaz
  gazu glosnik* gniazd* grzejnik* kalory* kamer* klimatyzac* komputer* kontakt* kosiar* kran kuchen* lamp* latar*
  lodow* mikrofal* monitor* nawilzacz* ochron* oczyszcz* odkurzacz* ogrzewan* okap* okien* okn* okna oknie piec pieca
  piekarnik* pilot* pral* radi* rolet* router* scen* suszar* swiatel swiatl* swietle telefon* telewizor* termostat*
  toster* urzadzen* wentylator* wody zaluzj* zamek zamk* zarow* zaslon* zelaz* zmywar* zraszacz* zyrandol*`);

/** Whether a word names a room. @param plainWord in lower case, without diacritics */
export const isRoom = (plainWord: string): boolean => isListed(plainWord, ROOMS);

/** Whether a word names a device, or a part of the house that opens. @param plainWord as for `isRoom` */
export const isDevice = (plainWord: string): boolean => isListed(plainWord, DEVICES);
