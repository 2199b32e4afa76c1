import { faultOf, isTransient } from '../cosmos/faults.ts';
import { Patience, type PatienceOptions } from '../support/patience.ts';

/**
 * Does `work` again while the service asks to come back later. No answer at all is not waited for: before anything has
 * worked, a wrong address is as likely as an outage.
 */
export async function patiently<Result>(work: () => Promise<Result>, options: PatienceOptions): Promise<Result> {
  for (const patience = new Patience(options); ; ) {
    try {
      return await work();
    } catch (error) {
      const fault = faultOf(error);
      if (!fault || fault.status === 0 || !isTransient(fault)) throw error;
      await patience.wait(error, fault.retryAfterMs);
    }
  }
}
