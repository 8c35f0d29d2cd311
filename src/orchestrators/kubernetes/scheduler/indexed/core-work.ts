/** What a core's decisions have cost so far, in counts that are the same on every machine. */
export interface CoreWork {
  /** Nodes that searches went along one by one. */
  nodesSearched: number;
  /** Nodes whose own verdict and scores were worked out anew. */
  nodesJudged: number;
  /** Decisions answered from a window that was known. */
  knownWindows: number;
}
