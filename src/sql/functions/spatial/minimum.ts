/**
 * The least value of a smooth function from 0 to `end`: in each dip of `samples` evenly spaced values it is searched by
 * golden section until places are `precision` apart. Dips narrower than the spacing may be missed.
 */
export function minimum(value: (at: number) => number, end: number, samples: number, precision: number): number {
  const step = end / samples;
  const values = Array.from({ length: samples + 1 }, (_, index) => value(index * step));
  return values.reduce((least, sample, index) => {
    if (sample > (values[index - 1] ?? sample) || sample > (values[index + 1] ?? sample)) return least;
    const [low, high] = [Math.max(0, (index - 1) * step), Math.min(end, (index + 1) * step)];
    return Math.min(least, sample, golden(value, low, high, precision));
  }, Number.POSITIVE_INFINITY);
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

function golden(value: (at: number) => number, from: number, to: number, precision: number): number {
  let [low, high] = [from, to];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [atLeft, atRight] = [value(left), value(right)];
  while (high - low > precision) {
    if (atLeft <= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - GOLDEN * (high - low);
      atLeft = value(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + GOLDEN * (high - low);
      atRight = value(right);
    }
  }
  return Math.min(atLeft, atRight);
}
