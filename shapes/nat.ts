/**
 * Naturals in types: sums and products of literal sizes, and of sizes that are not literals.
 * idea:  school arithmetic on reversed digit strings by table look-up; any number of digits, cost linear in them.
 *        On literals `Mul` reduces, on type parameters it stays an opaque alias, otherwise it is a symbolic product.
 * not:   commutative or associative on symbols (`Add<N, M>` is not `Add<M, N>`): that needs evidence (evidence.ts).
 *        Table keys are constrained to `string` only: a union of digits makes checking this file itself explode.
 */
import { type Dim, DimOf, type Prod, type Sum } from './dim.ts';

/** digit, digit, carry in → digit, carry out */
interface SumTable {
  '000': '00'; '010': '10'; '020': '20'; '030': '30'; '040': '40'; '050': '50'; '060': '60'; '070': '70'; '080': '80'; '090': '90';
  '100': '10'; '110': '20'; '120': '30'; '130': '40'; '140': '50'; '150': '60'; '160': '70'; '170': '80'; '180': '90'; '190': '01';
  '200': '20'; '210': '30'; '220': '40'; '230': '50'; '240': '60'; '250': '70'; '260': '80'; '270': '90'; '280': '01'; '290': '11';
  '300': '30'; '310': '40'; '320': '50'; '330': '60'; '340': '70'; '350': '80'; '360': '90'; '370': '01'; '380': '11'; '390': '21';
  '400': '40'; '410': '50'; '420': '60'; '430': '70'; '440': '80'; '450': '90'; '460': '01'; '470': '11'; '480': '21'; '490': '31';
  '500': '50'; '510': '60'; '520': '70'; '530': '80'; '540': '90'; '550': '01'; '560': '11'; '570': '21'; '580': '31'; '590': '41';
  '600': '60'; '610': '70'; '620': '80'; '630': '90'; '640': '01'; '650': '11'; '660': '21'; '670': '31'; '680': '41'; '690': '51';
  '700': '70'; '710': '80'; '720': '90'; '730': '01'; '740': '11'; '750': '21'; '760': '31'; '770': '41'; '780': '51'; '790': '61';
  '800': '80'; '810': '90'; '820': '01'; '830': '11'; '840': '21'; '850': '31'; '860': '41'; '870': '51'; '880': '61'; '890': '71';
  '900': '90'; '910': '01'; '920': '11'; '930': '21'; '940': '31'; '950': '41'; '960': '51'; '970': '61'; '980': '71'; '990': '81';
  '001': '10'; '011': '20'; '021': '30'; '031': '40'; '041': '50'; '051': '60'; '061': '70'; '071': '80'; '081': '90'; '091': '01';
  '101': '20'; '111': '30'; '121': '40'; '131': '50'; '141': '60'; '151': '70'; '161': '80'; '171': '90'; '181': '01'; '191': '11';
  '201': '30'; '211': '40'; '221': '50'; '231': '60'; '241': '70'; '251': '80'; '261': '90'; '271': '01'; '281': '11'; '291': '21';
  '301': '40'; '311': '50'; '321': '60'; '331': '70'; '341': '80'; '351': '90'; '361': '01'; '371': '11'; '381': '21'; '391': '31';
  '401': '50'; '411': '60'; '421': '70'; '431': '80'; '441': '90'; '451': '01'; '461': '11'; '471': '21'; '481': '31'; '491': '41';
  '501': '60'; '511': '70'; '521': '80'; '531': '90'; '541': '01'; '551': '11'; '561': '21'; '571': '31'; '581': '41'; '591': '51';
  '601': '70'; '611': '80'; '621': '90'; '631': '01'; '641': '11'; '651': '21'; '661': '31'; '671': '41'; '681': '51'; '691': '61';
  '701': '80'; '711': '90'; '721': '01'; '731': '11'; '741': '21'; '751': '31'; '761': '41'; '771': '51'; '781': '61'; '791': '71';
  '801': '90'; '811': '01'; '821': '11'; '831': '21'; '841': '31'; '851': '41'; '861': '51'; '871': '61'; '881': '71'; '891': '81';
  '901': '01'; '911': '11'; '921': '21'; '931': '31'; '941': '41'; '951': '51'; '961': '61'; '971': '71'; '981': '81'; '991': '91';
}

/** digit, digit → digit, carry out */
interface ProductTable {
  '00': '00'; '01': '00'; '02': '00'; '03': '00'; '04': '00'; '05': '00'; '06': '00'; '07': '00'; '08': '00'; '09': '00';
  '10': '00'; '11': '10'; '12': '20'; '13': '30'; '14': '40'; '15': '50'; '16': '60'; '17': '70'; '18': '80'; '19': '90';
  '20': '00'; '21': '20'; '22': '40'; '23': '60'; '24': '80'; '25': '01'; '26': '21'; '27': '41'; '28': '61'; '29': '81';
  '30': '00'; '31': '30'; '32': '60'; '33': '90'; '34': '21'; '35': '51'; '36': '81'; '37': '12'; '38': '42'; '39': '72';
  '40': '00'; '41': '40'; '42': '80'; '43': '21'; '44': '61'; '45': '02'; '46': '42'; '47': '82'; '48': '23'; '49': '63';
  '50': '00'; '51': '50'; '52': '01'; '53': '51'; '54': '02'; '55': '52'; '56': '03'; '57': '53'; '58': '04'; '59': '54';
  '60': '00'; '61': '60'; '62': '21'; '63': '81'; '64': '42'; '65': '03'; '66': '63'; '67': '24'; '68': '84'; '69': '45';
  '70': '00'; '71': '70'; '72': '41'; '73': '12'; '74': '82'; '75': '53'; '76': '24'; '77': '94'; '78': '65'; '79': '36';
  '80': '00'; '81': '80'; '82': '61'; '83': '42'; '84': '23'; '85': '04'; '86': '84'; '87': '65'; '88': '46'; '89': '27';
  '90': '00'; '91': '90'; '92': '81'; '93': '72'; '94': '63'; '95': '54'; '96': '45'; '97': '36'; '98': '27'; '99': '18';
}

type At<Table, Key> = Key extends keyof Table ? Table[Key] : never;
type Reverse<S extends string, Acc extends string = ''> = S extends `${infer H}${infer T}` ? Reverse<T, `${H}${Acc}`> : Acc;
/** digits, most significant first, to a number; leading zeros go */
type Numeral<S extends string> = S extends `0${infer R}` ? (R extends '' ? 0 : Numeral<R>) : S extends `${infer N extends number}` ? N : never;

/** A + B + carry, digit by digit; the shorter number continues with zeros */
type AddDigits<A extends string, B extends string, Carry extends string = '0', Acc extends string = ''> =
  A extends `${infer a}${infer as}`
    ? B extends `${infer b}${infer bs}` ? AddStep<At<SumTable, `${a}${b}${Carry}`>, as, bs, Acc> : AddStep<At<SumTable, `${a}0${Carry}`>, as, '', Acc>
    : B extends `${infer b}${infer bs}` ? AddStep<At<SumTable, `0${b}${Carry}`>, '', bs, Acc> : Carry extends '0' ? Acc : `${Acc}${Carry}`;
type AddStep<Cell, A extends string, B extends string, Acc extends string> =
  Cell extends `${infer digit}${infer carry}` ? AddDigits<A, B, carry, `${Acc}${digit}`> : never;

/** A times the single digit B */
type Scale<A extends string, B extends string, Carry extends string = '0', Acc extends string = ''> =
  A extends `${infer a}${infer as}`
    ? At<ProductTable, `${a}${B}`> extends `${infer low}${infer high}`
      ? At<SumTable, `${low}${Carry}0`> extends `${infer digit}${infer extra}`
        ? At<SumTable, `${high}${extra}0`> extends `${infer next}${string}` ? Scale<as, B, next, `${Acc}${digit}`> : never
        : never
      : never
    : Carry extends '0' ? Acc : `${Acc}${Carry}`;
type MulDigits<A extends string, B extends string, Shift extends string = '', Acc extends string = ''> =
  B extends `${infer b}${infer bs}` ? MulDigits<A, bs, `${Shift}0`, AddDigits<Acc, `${Shift}${Scale<A, b>}`>> : Acc;

/** The sum of two literal sizes. */
export type AddN<A extends number, B extends number> = Numeral<Reverse<AddDigits<Reverse<`${A}`>, Reverse<`${B}`>>>>;
/** The product of two literal sizes. */
export type MulN<A extends number, B extends number> = Numeral<Reverse<MulDigits<Reverse<`${A}`>, Reverse<`${B}`>>>>;

/** Size of a concatenation: `Add<36, 8>` is 44, `Add<'N', 8>` is `Sum<'N', 8>`. */
export type Add<A extends Dim, B extends Dim> = [A, B] extends [number, number] ? AddN<A & number, B & number> : Sum<A, B>;
/** Size of merged axes: `Mul<8, 192>` is 1536, `Mul<'B', 8>` is `Prod<'B', 8>`. */
export type Mul<A extends Dim, B extends Dim> = [A, B] extends [number, number] ? MulN<A & number, B & number> : Prod<A, B>;

/** The witness of a product: the size of two merged axes. */
export const timesD = <A extends Dim, B extends Dim>(a: DimOf<A>, b: DimOf<B>): DimOf<Mul<A, B>> => DimOf.trusted(a.size * b.size, `${a.label}*${b.label}`);
/** The witness of a sum: the size of a concatenation. */
export const plusD = <A extends Dim, B extends Dim>(a: DimOf<A>, b: DimOf<B>): DimOf<Add<A, B>> => DimOf.trusted(a.size + b.size, `${a.label}+${b.label}`);
