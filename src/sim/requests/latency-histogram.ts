/**
 * Times in microseconds, counted in buckets of a bounded relative width, so that any quantile is off by at most
 * `RELATIVE_ERROR` and two histograms merge exactly. Counts may be fractions (the fluid model adds shares).
 */
export const RELATIVE_ERROR = 0.01;

/** 2^-6 of an octave's width: 1/64 of the lower end at most, and its middle is off by at most half of that. */
const PER_OCTAVE = 64;
/** Times below this are counted exactly, one bucket a microsecond. */
const EXACT_US = PER_OCTAVE;
const OCTAVE_BITS = 6;
/** Up to 2^47 µs, four years. */
const OCTAVES = 42;
const BUCKETS = EXACT_US + (OCTAVES - 1) * PER_OCTAVE;
const NO_BUCKETS = new Float64Array(0);

/**
 * Counts of times, mergeable; see `RELATIVE_ERROR`. Memory is held for the octaves between the shortest and the longest
 * time only, so an empty histogram costs next to nothing and a usual one about 5 KB.
 */
export class LatencyHistogram {
  count = 0;
  sumUs = 0;
  maxUs = 0;
  /** Buckets from `first` on, whole octaves. */
  private buckets: Float64Array = NO_BUCKETS;
  private first = 0;
  /** Whether parts of an occurrence were ever counted. */
  private hasFractions = false;

  /** Adds so many occurrences of a time >= 0. */
  add(us: number, occurrences = 1): void {
    this.count += occurrences;
    if (occurrences !== Math.floor(occurrences)) this.hasFractions = true;
    this.sumUs += us * occurrences;
    if (us > this.maxUs) this.maxUs = us;
    const bucket = bucketOf(us);
    let at = bucket - this.first;
    if (at < 0 || at >= this.buckets.length) {
      this.widen(bucket, bucket + 1);
      at = bucket - this.first;
    }
    this.buckets[at] += occurrences;
  }

  /** Adds one time of less than 2^31 µs, a whole number; as `add`, but faster. */
  addOne(us: number): void {
    if (us >= 0x7fffffff) {
      this.add(us);
      return;
    }
    this.count++;
    this.sumUs += us;
    if (us > this.maxUs) this.maxUs = us;
    let bucket = us | 0;
    if (bucket >= EXACT_US) {
      const octave = 31 - Math.clz32(bucket) - OCTAVE_BITS;
      bucket = octave * PER_OCTAVE + (bucket >> octave);
    }
    const at = bucket - this.first;
    if (at >= 0 && at < this.buckets.length) this.buckets[at]++;
    else {
      this.widen(bucket, bucket + 1);
      this.buckets[bucket - this.first]++;
    }
  }

  merge(other: LatencyHistogram): void {
    if (other.count === 0) return;
    this.count += other.count;
    this.sumUs += other.sumUs;
    this.maxUs = Math.max(this.maxUs, other.maxUs);
    this.hasFractions ||= other.hasFractions;
    const { low, high } = other.usedBuckets();
    this.widen(other.first + low, other.first + high);
    const shift = other.first - this.first;
    for (let k = low; k < high; k++) this.buckets[shift + k] += other.buckets[k];
  }

  /** From the lowest bucket that counts anything to behind the highest, or more: whoever holds a few times is read quickly. */
  private usedBuckets(): { readonly low: number; readonly high: number } {
    const high = bucketOf(this.maxUs) + 1 - this.first;
    let low = high;
    // Sums of fractions do not come to nothing exactly.
    if (this.hasFractions) low = 0;
    else for (let left = this.count; left > 0 && low > 0;) left -= this.buckets[--low];
    return { low, high };
  }

  clear(): void {
    this.count = 0;
    this.sumUs = 0;
    this.maxUs = 0;
    this.buckets.fill(0);
  }

  get meanUs(): number {
    return this.count > 0 ? this.sumUs / this.count : 0;
  }

  /** The time that this share of all times does not exceed, within `RELATIVE_ERROR`; 0 when there are none. */
  quantileUs(share: number): number {
    if (this.count === 0) return 0;
    const rank = share * this.count;
    let below = 0;
    for (let k = 0; k < this.buckets.length; k++) {
      below += this.buckets[k];
      if (below >= rank && below > 0) return Math.min(middleOf(this.first + k), this.maxUs);
    }
    return this.maxUs;
  }

  /** Share of all times that are at most this one, by whole buckets; 1 when there are none. */
  shareWithin(us: number): number {
    if (this.count === 0) return 1;
    const end = Math.min(this.buckets.length, bucketOf(us) - this.first + 1);
    let within = 0;
    for (let k = 0; k < end; k++) within += this.buckets[k];
    return within / this.count;
  }

  /** Makes the buckets from `from` to before `to` be held, with all that are in their octaves. */
  private widen(from: number, to: number): void {
    const { buckets, first } = this;
    const empty = buckets.length === 0;
    const low = octaveStart(empty ? from : Math.min(from, first));
    const high = octaveStart((empty ? to : Math.max(to, first + buckets.length)) + PER_OCTAVE - 1);
    if (!empty && low === first && high === first + buckets.length) return;
    const wider = new Float64Array(high - low);
    wider.set(buckets, empty ? 0 : first - low);
    this.buckets = wider;
    this.first = low;
  }
}

/** Octaves, and the exact buckets, begin at multiples of 64. */
function octaveStart(bucket: number): number {
  return bucket - (bucket % PER_OCTAVE);
}

function bucketOf(us: number): number {
  if (us < 0x7fffffff) {
    const whole = us | 0;
    if (whole < EXACT_US) return whole;
    const octave = 31 - Math.clz32(whole) - OCTAVE_BITS;
    return EXACT_US + octave * PER_OCTAVE + ((whole >> octave) - PER_OCTAVE);
  }
  let octave = 0;
  let low = us;
  while (low >= 2 * PER_OCTAVE && octave < OCTAVES) {
    low /= 2;
    octave++;
  }
  return Math.min(BUCKETS - 1, EXACT_US + octave * PER_OCTAVE + (Math.floor(low) - PER_OCTAVE));
}

function middleOf(bucket: number): number {
  if (bucket < EXACT_US) return bucket;
  const octave = Math.floor((bucket - EXACT_US) / PER_OCTAVE);
  const within = (bucket - EXACT_US) % PER_OCTAVE;
  let width = 1;
  for (let k = 0; k < octave; k++) width *= 2;
  return (PER_OCTAVE + within) * width + (width - 1) / 2;
}
