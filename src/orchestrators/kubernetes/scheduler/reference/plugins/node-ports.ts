import type { HostPort } from '../../pod-info.ts';
import { type FilterPlugin, resolvable } from '../plugin.ts';

/** Ports of the node that the pod wants must be free there (upstream plugins/nodeports, framework/types.go HostPortInfo). */
export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  prepare({ info }) {
    if (info.hostPorts.length === 0) return 'skip';
    return {
      judge(node) {
        for (const { info: other } of node.pods)
          for (const taken of other.hostPorts)
            if (info.hostPorts.some((wanted) => conflict(wanted, taken)))
              return resolvable('NodePorts', "node(s) didn't have free ports for the requested pod ports");
        return undefined;
      },
    };
  },
};

/** 0.0.0.0 stands for every address. */
function conflict(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0';
}
