import { feedText, SHAPES, type Shape } from '../documents.ts';
import { PAGE_DOCUMENTS } from './feed-size.ts';

/** The bodies of the feed's pages; ranges repeat them. */
export function pagesOf(shape: Shape): readonly Buffer[] {
  return PAGES[shape];
}

const DISTINCT = 8;

const PAGES = Object.fromEntries(
  SHAPES.map((shape) => [shape, Array.from({ length: DISTINCT }, (_, page) => bodyOf(page, shape))]),
) as Record<Shape, Buffer[]>;

function bodyOf(page: number, shape: Shape): Buffer {
  const texts = Array.from({ length: PAGE_DOCUMENTS }, (_, index) => feedText(page * PAGE_DOCUMENTS + index, shape));
  return Buffer.from(`{"_rid":"YmVuY2g=","Documents":[${texts.join(',')}],"_count":${PAGE_DOCUMENTS}}`);
}
