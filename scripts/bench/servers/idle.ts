import '../../../src/cli/main.ts';
import '../../../src/commands/verify-containers.ts';

// Loads what `verify` loads, and does nothing.

process.send?.('loaded');
process.on('disconnect', () => process.exit());
