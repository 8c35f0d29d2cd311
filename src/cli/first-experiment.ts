/** What `baton init` writes. */
export const FIRST_EXPERIMENT = `# An experiment: clusters x workloads x policies x seeds. Any field may be a list; lists multiply.
# Run it:              baton compare --experiment experiment.yaml
# Help in your editor: baton schema > experiment.schema.json, and then
# yaml-language-server: $schema=./experiment.schema.json

name: Which policy packs a batch cluster best?

# Nodes as text, a machine list ({ file: nodes.csv }), or the cluster that belongs to a synthetic workload.
clusters:
  - name: sixteen nodes
    nodes: 16 x 32cpu 128Gi

# Traces ({ file: trace.csv }) or synthetic workloads ({ generate: … }); \`baton trace generate --list\` names them.
workloads:
  - generate: borg-2011-like
    options:
      pods: 5000
      nodes: 16 # so many machines are kept busy; without it, load would set the number of the preset's own machines
      load: [0.8, 1.2] # two workloads, one for each load

# Names (\`baton policies\`), joined with + where queue order or backfilling differ from fifo and any; or your own file.
policies:
  - best-fit
  - worst-fit
  - best-fit+smallest-first
  # - ./mine.ts

# The same storms for every policy. 1..10 is ten seeds.
seeds: 1..10

# What happens to a pod that fits nowhere now: wait (default) or refuse.
whenFull: wait
`;
