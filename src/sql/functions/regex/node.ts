/** A regular expression as a tree. Characters are code points. */
export type Node =
  | OneCharacter
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | { readonly kind: 'group'; readonly number: number; readonly item: Node }
  | {
      readonly kind: 'repeat';
      readonly item: Node;
      readonly fewest: number;
      readonly most: number;
      readonly lazy: boolean;
    };

/** A character that passes a test. */
export interface OneCharacter {
  readonly kind: 'one';
  readonly matches: CharacterTest;
  /** Of the test, in steps of the machine. */
  readonly cost: number;
}

export type CharacterTest = (character: number) => boolean;

/** What holds between two characters; -1 stands for an end of the text. */
export type Assertion = (before: number, after: number, isBeforeLast: boolean) => boolean;

/** The modifiers of PCRE: ignore case, `^` and `$` at every line, `.` for line breaks too, ignore white space. */
export interface Modifiers {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
}

/** A pattern that is wrong, or needs what would take time without bounds: backreferences and look-around. */
export class PatternError extends Error {}
