/** What number words are worth, in one language. */
export interface NumberWords {
  /** Word → value below 1,000; values are added up from the largest to the smallest. */
  readonly values: ReadonlyMap<string, number>;
  /** Word → what the words before it are multiplied with. */
  readonly multipliers: ReadonlyMap<string, number>;
  /** May stand between the parts of one number. */
  readonly joint: string;
  /** Between a number and its decimals. */
  readonly point: string;
}

/** From lines such as `"5 five"`: a value and all its forms. */
function toTable(lines: string): Map<string, number> {
  const table = new Map<string, number>();
  for (const line of lines.split(";")) {
    const [value, ...forms] = line.trim().split(/\s+/);
    for (const form of forms) table.set(form, Number(value));
  }
  return table;
}

export const ENGLISH_NUMBERS: NumberWords = {
  values: toTable(`0 zero; 1 one; 2 two; 3 three; 4 four; 5 five; 6 six; 7 seven; 8 eight; 9 nine; 10 ten; 11 eleven;
    12 twelve; 13 thirteen; 14 fourteen; 15 fifteen; 16 sixteen; 17 seventeen; 18 eighteen; 19 nineteen; 20 twenty;
    30 thirty; 40 forty; 50 fifty; 60 sixty; 70 seventy; 80 eighty; 90 ninety`),
  multipliers: toTable("100 hundred; 1000 thousand; 1000000 million; 1000000000 billion"),
  joint: "and",
  point: "point",
};

/** "piec" without diacritics is a stove as well as five, so only the full spelling counts. */
export const POLISH_NUMBERS: NumberWords = {
  values: toTable(`0 zero zera; 1 jeden jedna jedno jedną jednego jednej jednemu jednym; 2 dwa dwie dwóch dwóm dwoma
    dwiema dwoje dwojga; 3 trzy trzech trzem trzema troje trojga; 4 cztery czterech czterem czterema czworo czworga;
    5 pięć pięciu pięcioma pięcioro; 6 sześć sześciu sześcioma szesc szesciu; 7 siedem siedmiu siedmioma;
    8 osiem ośmiu ośmioma; 9 dziewięć dziewięciu dziewięcioma dziewiec dziewieciu;
    10 dziesięć dziesięciu dziesięcioma dziesiec dziesieciu; 11 jedenaście jedenastu jedenascie;
    12 dwanaście dwunastu dwanascie; 13 trzynaście trzynastu trzynascie; 14 czternaście czternastu czternascie;
    15 piętnaście piętnastu pietnascie pietnastu; 16 szesnaście szesnastu szesnascie;
    17 siedemnaście siedemnastu siedemnascie; 18 osiemnaście osiemnastu osiemnascie;
    19 dziewiętnaście dziewiętnastu dziewietnascie dziewietnastu; 20 dwadzieścia dwudziestu dwadziescia;
    30 trzydzieści trzydziestu trzydziesci; 40 czterdzieści czterdziestu czterdziesci;
    50 pięćdziesiąt pięćdziesięciu piecdziesiat; 60 sześćdziesiąt sześćdziesięciu szescdziesiat;
    70 siedemdziesiąt siedemdziesięciu siedemdziesiat; 80 osiemdziesiąt osiemdziesięciu osiemdziesiat;
    90 dziewięćdziesiąt dziewięćdziesięciu dziewiecdziesiat; 100 sto stu; 200 dwieście dwustu dwiescie;
    300 trzysta trzystu; 400 czterysta czterystu; 500 pięćset pięciuset piecset; 600 sześćset sześciuset szescset;
    700 siedemset siedmiuset; 800 osiemset ośmiuset; 900 dziewięćset dziewięciuset dziewiecset`),
  multipliers: toTable(`1000 tysiąc tysiące tysięcy tysiaca tysiąca tysiac tysiace tysiecy;
    1000000 milion miliony milionów milionow miliona; 1000000000 miliard miliardy miliardów miliardow miliarda`),
  joint: "",
  point: "przecinek",
};
