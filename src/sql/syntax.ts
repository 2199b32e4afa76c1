import type { Place } from './sql-error.ts';

/** `SELECT …` as a tree. Every expression knows its place in the text, for messages. */
export interface Select {
  readonly top: Expression | undefined;
  readonly projection: Projection;
  /** The name that stands for the document. */
  readonly alias: string;
  readonly where: Expression | undefined;
}

export type Projection =
  | { readonly kind: 'document' }
  | { readonly kind: 'value'; readonly expression: Expression }
  | { readonly kind: 'list'; readonly items: readonly ProjectionItem[] };

export interface ProjectionItem {
  readonly expression: Expression;
  readonly alias: string | undefined;
}

export type Expression = Place &
  (
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null | undefined }
    | { readonly kind: 'parameter'; readonly name: string }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'member'; readonly of: Expression; readonly key: Expression }
    | { readonly kind: 'not' | 'negate' | 'plus'; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: 'between'; readonly operand: Expression; readonly low: Expression; readonly high: Expression }
    | { readonly kind: 'in'; readonly operand: Expression; readonly items: readonly Expression[] }
    | { readonly kind: 'call'; readonly name: string; readonly items: readonly Expression[] }
  );

export type BinaryOperator = 'AND' | 'OR' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%';
