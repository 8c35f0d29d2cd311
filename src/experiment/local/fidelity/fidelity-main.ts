/** `npm run fidelity:kubernetes`: are all decisions those of the real kube-scheduler? */
import { fidelityCommand } from './fidelity-command.ts';

process.exitCode = fidelityCommand(process.argv.slice(2), (line) => console.log(line));
