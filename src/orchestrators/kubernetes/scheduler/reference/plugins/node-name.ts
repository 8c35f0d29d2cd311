import { type FilterPlugin, unresolvable } from '../plugin.ts';

/** A pod that names its node may only go there (upstream plugins/nodename). */
export const nodeName: FilterPlugin = {
  name: 'NodeName',
  prepare({ info }) {
    const wanted = info.spec.nodeName;
    if (wanted === undefined || wanted === '') return 'skip';
    return {
      judge: (node) =>
        node.name === wanted ? undefined : unresolvable('NodeName', "node(s) didn't match the requested node name"),
    };
  },
};
