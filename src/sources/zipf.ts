/**
 * Picks numbers of `[0, count)` so that number k comes in proportion to 1 / (k + 1)^exponent: with 0 all are as likely,
 * with 1 the first comes twice as often as the second. Takes a fraction of at least 0 and less than 1.
 */
export function zipf(count: number, exponent: number): (fraction: number) => number {
  const sums = new Float64Array(count);
  let total = 0;
  for (let k = 0; k < count; k++) {
    total += 1 / (k + 1) ** exponent;
    sums[k] = total;
  }
  return (fraction) => {
    const wanted = fraction * total;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
