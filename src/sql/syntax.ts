import type { Place } from './sql-error.ts';

/** `SELECT …` as a tree. Every node knows its place in the text, for messages. */
export interface Select extends Place {
  readonly distinct: boolean;
  readonly top: Expression | undefined;
  readonly projection: Projection;
  /** FROM and every JOIN, in their order; none for a query without FROM. */
  readonly from: readonly Source[];
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  /** `ORDER BY RANK` by scores that depend on all documents; never together with `orderBy`. */
  readonly rank: Rank | undefined;
  readonly offset: Expression | undefined;
  readonly limit: Expression | undefined;
}

export type Projection =
  | (Place & { readonly kind: 'document' })
  | { readonly kind: 'value'; readonly expression: Expression }
  | { readonly kind: 'list'; readonly items: readonly ProjectionItem[] };

export interface ProjectionItem {
  readonly expression: Expression;
  readonly alias: string | undefined;
}

/** `over AS alias`, or `alias IN over`. */
export interface Source extends Place {
  /** A path, or a subquery of the form `rows`. */
  readonly over: Expression;
  readonly iterated: boolean;
  readonly alias: string | undefined;
}

export interface OrderItem {
  readonly expression: Expression;
  readonly descending: boolean;
}

/** The whole clause is its place. */
export interface Rank extends Place {
  readonly score: Expression;
}

export interface Member {
  readonly name: string;
  readonly value: Expression;
}

export type Expression = Place &
  (
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null | undefined }
    | { readonly kind: 'parameter' | 'name'; readonly name: string }
    | { readonly kind: 'member'; readonly of: Expression; readonly key: Expression }
    | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: 'conditional';
        readonly test: Expression;
        readonly met: Expression;
        readonly otherwise: Expression;
      }
    | (Negatable & { readonly kind: 'between'; readonly low: Expression; readonly high: Expression })
    | (Negatable & { readonly kind: 'in'; readonly items: readonly Expression[] })
    | (Negatable & { readonly kind: 'like'; readonly pattern: Expression; readonly escape: string | undefined })
    | { readonly kind: 'call'; readonly name: string; readonly items: readonly Expression[] }
    | { readonly kind: 'array'; readonly items: readonly Expression[] }
    | { readonly kind: 'object'; readonly members: readonly Member[] }
    | { readonly kind: 'subquery'; readonly form: SubqueryForm; readonly select: Select }
  );

interface Negatable {
  readonly operand: Expression;
  readonly negated: boolean;
}

/** `value` stands in parentheses alone, `rows` in FROM; the others have a word before the parentheses. */
export type SubqueryForm = 'value' | 'rows' | 'EXISTS' | 'ARRAY' | 'ALL' | 'FIRST' | 'LAST';

export type UnaryOperator = 'NOT' | '-' | '+' | '~';

export type BinaryOperator = '??' | 'OR' | 'AND' | Comparison | Shift | '||' | Bitwise | Arithmetic;
type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
type Shift = '<<' | '>>' | '>>>';
type Bitwise = '|' | '^' | '&';
type Arithmetic = '+' | '-' | '*' | '/' | '%';
