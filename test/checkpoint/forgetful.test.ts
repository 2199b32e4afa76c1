import { forgetful } from '../../src/checkpoint/forgetful.ts';
import { describeCheckpoint } from '../contract/checkpoint.ts';

describeCheckpoint('forgetful', { prepare: () => forgetful, durable: false });
