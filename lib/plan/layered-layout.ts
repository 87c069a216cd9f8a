/**
 * Places boxes in layers with arrows from each to those that read it, after Sugiyama, Tagawa and Toda (1981): layers by the
 * longest path, order within a layer by barycentres, positions by least squares.
 */

/** What is to be placed; `inputs` are numbers of boxes before it. */
export interface Box {
  readonly width: number;
  readonly height: number;
  readonly inputs: readonly number[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An arrow: from the bottom of a box, through the layers between, to the top of the other. */
export interface Arrow {
  readonly from: number;
  readonly to: number;
  /** The bottom of the box, then in pairs: where it leaves a layer, and where it enters the next. */
  readonly points: readonly Point[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The middle of each box's upper edge. */
  readonly tops: readonly Point[];
  readonly arrows: readonly Arrow[];
}

/** A box, or the place where an arrow passes a layer. */
interface Spot {
  readonly width: number;
  readonly height: number;
  readonly above: Spot[];
  readonly below: Spot[];
  x: number;
}

const gapX = 28;
const gapY = 44;
/** Orders and positions are improved down and up this many times; more changed nothing in plans of 200 nodes. */
const sweeps = 12;

export function layeredLayout(boxes: readonly Box[]): Layout {
  const layerOf = layersOf(boxes);
  const layers: Spot[][] = Array.from({ length: Math.max(-1, ...layerOf) + 1 }, () => []);
  const spots = boxes.map(({ width, height }, i) => addSpot(layers[layerOf[i]], width, height));
  const chains = boxes.flatMap(({ inputs }, to) =>
    [...new Set(inputs)].map((from) => ({
      from,
      to,
      spots: chain(spots[from], spots[to], layerOf[from], layers),
    })),
  );
  order(layers);
  position(layers);
  const left = Math.min(0, ...layers.flat().map(({ x, width }) => x - width / 2));
  const tops = topsOf(layers);
  const at = ({ x }: Spot, y: number): Point => ({ x: x - left, y });
  return {
    width: Math.max(0, ...layers.flat().map(({ x, width }) => x + width / 2 - left)),
    height: tops[layers.length] - gapY,
    tops: spots.map((spot, i) => at(spot, tops[layerOf[i]])),
    arrows: chains.map(({ from, to, spots: passed }) => ({
      from,
      to,
      points: [
        at(spots[from], tops[layerOf[from]] + spots[from].height),
        ...passed.slice(1).flatMap((spot, i) => {
          const next = tops[layerOf[from] + i + 1];
          return [at(passed[i], next - gapY), at(spot, next)];
        }),
      ],
    })),
  };
}

/** Below all inputs; what has none stands just above its first reader. */
function layersOf(boxes: readonly Box[]): number[] {
  const layers: number[] = [];
  for (const { inputs } of boxes) layers.push(Math.max(-1, ...inputs.map((input) => layers[input])) + 1);
  boxes.forEach(({ inputs }, i) => {
    const readers = layers.filter((_, reader) => boxes[reader].inputs.includes(i));
    if (inputs.length === 0 && readers.length > 0) layers[i] = Math.min(...readers) - 1;
  });
  return layers;
}

function addSpot(layer: Spot[], width: number, height: number): Spot {
  const spot: Spot = { width, height, above: [], below: [], x: 0 };
  layer.push(spot);
  return spot;
}

/** The spots of an arrow, joined to one another: one in each layer. */
function chain(from: Spot, to: Spot, layer: number, layers: readonly Spot[][]): Spot[] {
  const spots = [from];
  for (let at = layer + 1; !layers[at].includes(to); at++) spots.push(addSpot(layers[at], 0, 0));
  spots.push(to);
  spots.slice(1).forEach((spot, i) => {
    spots[i].below.push(spot);
    spot.above.push(spots[i]);
  });
  return spots;
}

/** Puts the spots of each layer into an order with few crossings: that with the fewest of all sweeps. */
function order(layers: Spot[][]): void {
  number(layers);
  let best = layers.map((layer) => [...layer]);
  let fewest = crossings(layers);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      const middles = new Map(layer.map((spot) => [spot, mean(down ? spot.above : spot.below, spot.x)]));
      layer.sort((a, b) => (middles.get(a) as number) - (middles.get(b) as number));
      number([layer]);
    }
    const count = crossings(layers);
    if (count >= fewest) continue;
    fewest = count;
    best = layers.map((layer) => [...layer]);
  }
  best.forEach((layer, i) => {
    layers[i] = layer;
  });
}

/** While the order is looked for, x is a spot's number in its layer. */
function number(layers: readonly Spot[][]): void {
  for (const layer of layers)
    layer.forEach((spot, i) => {
      spot.x = i;
    });
}

function mean(spots: readonly Spot[], otherwise: number): number {
  return spots.length === 0 ? otherwise : spots.reduce((sum, { x }) => sum + x, 0) / spots.length;
}

function crossings(layers: readonly Spot[][]): number {
  let count = 0;
  for (const layer of layers) {
    const edges = layer.flatMap((spot) => spot.below.map(({ x }) => [spot.x, x]));
    edges.forEach(([a, b], i) => {
      for (const [c, d] of edges.slice(i + 1)) if ((a - c) * (b - d) < 0) count++;
    });
  }
  return count;
}

/** Moves spots to below what they read and above what reads them, as near as their order allows. */
function position(layers: readonly Spot[][]): void {
  for (const layer of layers)
    spread(
      layer,
      layer.map(() => 0),
    );
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse())
      spread(
        layer,
        layer.map(({ above, below, x }) => mean(down ? above : below, x)),
      );
  }
}

/**
 * The positions nearest to the wanted ones, in the sum of squares, that keep order and distances: isotonic regression by
 * pooling neighbours that would overlap (Ayer et al. 1955).
 */
function spread(layer: readonly Spot[], wanted: readonly number[]): void {
  const offsets: number[] = [];
  layer.forEach(({ width }, i) => {
    offsets.push(i === 0 ? 0 : offsets[i - 1] + (layer[i - 1].width + width) / 2 + gapX);
  });
  const pools: { sum: number; count: number }[] = [];
  wanted.forEach((x, i) => {
    let pool = { sum: x - offsets[i], count: 1 };
    for (
      let last = pools.at(-1);
      last !== undefined && last.sum / last.count >= pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
      pools.pop();
    }
    pools.push(pool);
  });
  let i = 0;
  for (const { sum, count } of pools)
    for (let n = 0; n < count; n++, i++) layer[i].x = sum / count + offsets[i];
}

/** The upper edge of each layer, and behind them that of one layer more. */
function topsOf(layers: readonly Spot[][]): number[] {
  const tops = [0];
  for (const layer of layers)
    tops.push((tops.at(-1) as number) + Math.max(0, ...layer.map(({ height }) => height)) + gapY);
  return tops;
}
