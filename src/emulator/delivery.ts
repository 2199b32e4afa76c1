import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';

/** Sends a body whose head is written. */
export type Delivery = (response: ServerResponse, body: Buffer | string) => void;

/** How the answer to a request with this fault is sent, if not as others are. */
export function deliveryOf(fault: Fault, signal: AbortSignal): Delivery | undefined {
  if ('truncateAfter' in fault) return truncated(fault.truncateAfter);
  return 'bytesPerSecond' in fault ? slow(fault.bytesPerSecond, signal) : undefined;
}

const TICK_MS = 20;

function truncated(bytes: number): Delivery {
  return (response, body) => {
    const { socket } = response;
    response.flushHeaders();
    response.write(Buffer.from(body).subarray(0, bytes));
    socket?.destroySoon();
  };
}

function slow(bytesPerSecond: number, signal: AbortSignal): Delivery {
  const step = Math.max(1, Math.floor((bytesPerSecond * TICK_MS) / 1000));
  const stepMs = (step / bytesPerSecond) * 1000;
  return (response, body) => void trickle(response, Buffer.from(body), { step, stepMs, signal });
}

interface Pace {
  readonly step: number;
  readonly stepMs: number;
  readonly signal: AbortSignal;
}

/** Ends when the client or the server does. */
async function trickle(response: ServerResponse, body: Buffer, { step, stepMs, signal }: Pace): Promise<void> {
  response.flushHeaders();
  const closed = new Promise((resolve) => response.once('close', resolve));
  for (let sent = 0; sent < body.length && !response.destroyed && !signal.aborted; sent += step) {
    response.write(body.subarray(sent, sent + step));
    await Promise.race([sleep(stepMs), closed]);
  }
  response.end();
}
