import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { FlowError } from '../support/error.ts';

export interface ReachOptions {
  readonly allowLinkLocal: boolean;
  /** Another way to find addresses; the system's, if it is not given. */
  readonly lookup?: typeof systemLookup | undefined;
}

/** Whether a host is this machine, by its name or its address. */
export function isLoopback(hostname: string): boolean {
  const host = bare(hostname);
  return host === 'localhost' || host.endsWith('.localhost') || has(LOOPBACK, host);
}

/**
 * Throws for an address that answers with the secrets of a cloud machine, or is nobody's business beyond one cable.
 * A name may stand for one, too: connections to it take `reachableLookup`.
 */
export function assertReachable(hostname: string, { allowLinkLocal }: ReachOptions): void {
  const host = bare(hostname);
  if (!allowLinkLocal && has(LINK_LOCAL, host)) throw forbidden(host, host);
}

/** Finds addresses for a connection, and gives none that `assertReachable` would not have. */
export function reachableLookup(options: ReachOptions): LookupFunction {
  const lookup = options.lookup ?? systemLookup;
  return (hostname, { all, ...rest }, callback) => {
    lookup(hostname, { ...rest, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const wrong = addresses.find(({ address }) => !options.allowLinkLocal && has(LINK_LOCAL, address));
      if (wrong) return callback(forbidden(hostname, wrong.address), []);
      // The very addresses that were looked at: another question could have another answer.
      const [first] = addresses;
      if (all || !first) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');
// Metadata of machines at Amazon and at Alibaba.
LINK_LOCAL.addAddress('fd00:ec2::254', 'ipv6');
LINK_LOCAL.addAddress('100.100.100.200', 'ipv4');

/** Without the brackets of a URL, and without the zone of an address. */
function bare(hostname: string): string {
  return hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
    .toLowerCase();
}

function has(list: BlockList, host: string): boolean {
  const address = bare(host);
  const family = isIP(address);
  // An IPv6 address may be an IPv4 one in disguise; the list knows.
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function forbidden(host: string, address: string): FlowError {
  const where = host === address ? `"${host}" is` : `"${host}" is at ${address},`;
  return new FlowError('configuration', `${where} an address that only this machine and its network know`, {
    hint: 'where credentials of cloud machines are handed out; if it is meant, add --allow-link-local',
  });
}
