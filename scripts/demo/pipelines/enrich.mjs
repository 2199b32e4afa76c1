const REGIONS = ['europe', 'americas', 'asia', 'africa', 'oceania'];

/** Says to which region a document belongs, which is its partition key from here on. */
// biome-ignore lint/style/noDefaultExport: that is what a transform is
export default function enrich({ document }) {
  const number = Number(/\d+$/.exec(document.customerId)?.[0] ?? 0);
  return { document: { ...document, region: REGIONS[number % REGIONS.length] } };
}
