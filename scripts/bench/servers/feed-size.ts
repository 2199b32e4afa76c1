/** How much one pass over the canned feed yields. */
export const RANGE_COUNT = 4;
export const PAGES_PER_RANGE = 8;
export const PAGE_DOCUMENTS = 1000;
export const FEED_DOCUMENTS = RANGE_COUNT * PAGES_PER_RANGE * PAGE_DOCUMENTS;
