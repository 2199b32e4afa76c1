/** WGS-84, the reference system of GeoJSON, in metres. */
export const EQUATOR_RADIUS = 6_378_137;
export const FLATTENING = 1 / 298.257223563;
export const POLE_RADIUS = EQUATOR_RADIUS * (1 - FLATTENING);
