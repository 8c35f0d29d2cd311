/** Something of the manifests that Baton does not act upon, or decided about; told once, however often it occurs. */
export interface ManifestReport {
  /**
   * `kind`: objects of a kind that is not modelled; `field`: a field of the API that is not modelled; `unknown`: a kind
   * or field that Kubernetes does not know either; `bookkeeping`: what only an API server writes; `note`: what was done
   * about something.
   */
  readonly category: 'kind' | 'field' | 'unknown' | 'bookkeeping' | 'note';
  /** `ConfigMap`, `spec.template.spec.securityContext`. */
  readonly subject: string;
  /** In how many objects. */
  readonly count: number;
  /** `file:line:column` of the first. */
  readonly first: string;
  /** `spec.replica: in 1 object, no field of Deployment; did you mean "replicas"?` */
  readonly text: string;
}

/** Collects reports: the same one of many objects becomes one with a count. */
export class ReportBook {
  private readonly entries = new Map<
    string,
    { count: number; last: object; report: Omit<ManifestReport, 'text'>; says: string }
  >();

  /** `object` tells occurrences in one object from those in several; `where` is asked for the first only. */
  add(category: ManifestReport['category'], subject: string, says: string, object: object, where: () => string): void {
    const key = `${category} ${subject} ${category === 'note' ? says : ''}`;
    const entry = this.entries.get(key);
    if (entry === undefined) {
      this.entries.set(key, { count: 1, last: object, report: { category, subject, count: 1, first: where() }, says });
    } else if (entry.last !== object) {
      entry.count++;
      entry.last = object;
    }
  }

  /** In the order in which they were first met. */
  all(): ManifestReport[] {
    return Array.from(this.entries.values(), ({ count, report, says }) => {
      const objects = `${count} object${count === 1 ? '' : 's'}`;
      const text = `${report.subject}: ${report.category === 'kind' ? objects : `in ${objects}`}, ${says}`;
      return { ...report, count, text };
    });
  }
}
