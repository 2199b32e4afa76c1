import { spend } from '../../budget.ts';
import { type Arc, common, isOn } from './arc.ts';
import { arcsOf, type Polygon, type Ring, type Shape, sideOf } from './shape.ts';

/** Why the polygons enclose no region, in the words of SQL Server's geography; `undefined` when they do. */
export function flawOf({ polygons, arcs }: Shape): string | undefined {
  if (polygons.length === 0) return undefined;
  spend(arcs.length ** 2 / PAIRS_PER_STEP);
  for (const { rings } of polygons) {
    for (const [index, ring] of rings.entries()) {
      const others = rings.filter((other) => other !== ring);
      if (!isSimple(ring) || others.some((other) => meet(ring, other))) {
        return `Not valid because polygon ring (${index + 1}) intersects itself or some other ring.`;
      }
      if (others.some((other) => !isLeft(other, ring))) {
        return `Not valid because polygon ring (${index + 1}) does not have the interior of the polygon to its left.`;
      }
    }
  }
  const isApart = polygons.every((one, index) => polygons.slice(index + 1).every((other) => areApart(one, other)));
  return isApart ? undefined : 'Not valid because some portion of a polygon lies in the interior of another polygon.';
}

/** What two arcs cost is far less than a row of a JOIN. */
export const PAIRS_PER_STEP = 16;

/** Whether the ring meets itself only where one arc ends and the next starts. */
function isSimple(ring: Ring): boolean {
  return ring.every((arc, index) => {
    const next = ring[(index + 1) % ring.length] as Arc;
    if (isOn(next.to, arc) || isOn(arc.from, next)) return false;
    const others = ring.slice(index + 2, index === 0 ? -1 : ring.length);
    return others.every((other) => common(arc, other).length === 0);
  });
}

/** Whether rings have more in common than single vertices, which they may. */
function meet(one: readonly Arc[], other: readonly Arc[]): boolean {
  return one.some((arc) => other.some((against) => isCrossed(arc, against)));
}

function isCrossed(one: Arc, other: Arc): boolean {
  const places = common(one, other);
  const [place] = places;
  if (!place || places.length > 1) return places.length > 1;
  return ![one.from, one.to, other.from, other.to].includes(place);
}

function isLeft(ring: Ring, of: Ring): boolean {
  return ring.every(({ from }) => sideOf(from, { rings: [of] }) >= 0);
}

function areApart(one: Polygon, other: Polygon): boolean {
  if (meet(arcsOf(one), arcsOf(other))) return false;
  return isOutside(one, other) && isOutside(other, one);
}

function isOutside(polygon: Polygon, of: Polygon): boolean {
  return arcsOf(polygon).every(({ from }) => sideOf(from, of) <= 0);
}
