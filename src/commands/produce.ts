import { command } from './command.ts';
import { concurrency, count, embeddedData, patience, requestTimeout, size } from './flags.ts';

export const produce = command({
  name: 'produce',
  summary: 'fill a container with orders, the same ones for the same seed',
  notes: [
    'Order i depends on the seed and i alone, its id included, so running the same command again changes nothing. ' +
      'A missing container is created with the partition key /customerId.',
  ],
  arguments: [{ name: 'target', summary: 'address of the container to fill' }],
  flags: {
    count: count('--count <n>', 'how many orders', 1000),
    rate: count('--rate <n>', 'orders a second; as fast as it goes when not given', undefined),
    seed: count('--seed <n>', 'which orders', 1, { min: 0, max: 2 ** 32 - 1 }),
    payloadSize: size('--payload-size <size>', 'pad each order to this many bytes', '0'),
    concurrency,
    patience,
    requestTimeout,
    embeddedData,
  },
  examples: [
    ['ten thousand orders on the embedded server', 'cosmosflow produce embedded:shop/orders --count 10000'],
    ['a steady trickle of larger ones', 'cosmosflow produce shop/orders --rate 50 --count 3000 --payload-size 4kb'],
    ['into an emulator', 'cosmosflow produce cosmos://localhost:8081/shop/orders'],
  ],
  exits: [
    [0, 'all orders are written'],
    [2, 'a flag, address or credential is wrong'],
    [4, 'the account refused the key'],
    [6, 'the target refused an order, or is not available'],
    [7, 'another process has the embedded data'],
    [9, 'the embedded data cannot be written'],
    [130, 'stopped with Ctrl-C'],
    [143, 'stopped with SIGTERM'],
  ],
  async run({ arguments: [target = ''], options }, context) {
    const { produceOrders } = await import('./produce-orders.ts');
    await produceOrders(target, options, context);
  },
});
